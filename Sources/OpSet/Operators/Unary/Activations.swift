import TFLite

extension OpSpec {
  static let relu = OpSpec(
    "RELU", .activation,
    channels: .keeps, scale: .free, modes: .integer, monotone: .clamp(0, .infinity),
    time: .elements(float: 0.07, int8: 3.2),
    versions: [
      .version(3, if: .input(0, .int16)),
      .version(2, if: .input(0, .int8, .uint8)),
      .otherwise(1),
    ],
    runtimes: "1:1.5.0 2:2.1.0 3:2.5.0",
    kernel: .unary(.relu),
    gradient: .clamp(0, .infinity))

  static let relu6 = OpSpec(
    "RELU6", .activation,
    channels: .keeps, scale: .free, modes: .integer, monotone: .clamp(0, 6),
    time: .elements(float: 0.07, int8: 3.2),
    versions: .int16(3, int8: 2),
    runtimes: "1:1.5.0 2:1.14.0 3:2.5.0",
    kernel: .unary(.relu6),
    gradient: .clamp(0, 6))

  static let reluN1To1 = OpSpec(
    "RELU_N1_TO_1", .activation,
    channels: .keeps, scale: .free, modes: .int8, monotone: .clamp(-1, 1),
    time: .elements(float: 0.07, int8: 3.2),
    runtimes: "1:1.5.0",
    kernel: .unary(.reluN1To1),
    gradient: .clamp(-1, 1))

  static let relu0To1 = OpSpec(
    "RELU_0_TO_1", .activation,
    channels: .keeps, scale: .free, modes: .int8, monotone: .clamp(0, 1),
    time: .elements(float: 0.07, int8: 3.2),
    runtimes: "1:2.10.0",
    kernel: .unary(.relu0To1),
    gradient: .clamp(0, 1))

  static let leakyRelu = OpSpec(
    "LEAKY_RELU", .activation,
    channels: .keeps, scale: .free, modes: .integer, monotone: .leaky(LeakyRelu.alpha),
    versions: [.version(2, if: .input(0, .int16)), .otherwise(1)],
    runtimes: "1:1.13.1 2:2.3.0",
    kernel: .unary(.leakyRelu, parameter: LeakyRelu.alpha),
    gradient: .leakyRelu)

  static let hardSwish = OpSpec(
    "HARD_SWISH", .activation,
    channels: .keeps, scale: .free, modes: .int8,
    // Input scale ÷ (128 × output scale) must be below 1.
    limits: RuntimeLimits(output: .inputScale(int8: 0x1p-7, int16: nil)), monotone: .hardSwish,
    time: .elements(float: 0.07, int8: 3.5),
    runtimes: "1:1.15.0",
    kernel: .unary(.hardSwish),
    gradient: .hardSwish)

  /// The converter keeps it float, though an int8 kernel exists.
  static let elu = OpSpec(
    "ELU", .activation,
    channels: .keeps, scale: .free, modes: .int8,
    runtimes: "1:1.14.0", reference: .absent,
    kernel: .unary(.elu, cost: 6),
    gradient: .elu)

  static let gelu = OpSpec(
    "GELU", .activation,
    channels: .keeps, scale: .free, modes: .all,
    traps: [Trap(.int16x8, "interpolates; results are off by up to 2")],
    versions: [
      .version(3, if: .input(0, .float16)),
      .version(2, if: .input(0, .int8, .uint8)),
      .otherwise(1),
    ],
    runtimes: "1:2.9.0 2:2.9.0 3:2.23.0",
    kernels: [.since(2, 20, if: .input(0, .int16))], reference: .upTo(2),
    kernel: .gelu,
    gradient: .gelu)

  static let logistic = OpSpec(
    "LOGISTIC", .activation,
    channels: .keeps,
    scale: .fixed([
      Affine(type: .int8, scale: 1 / 256, zeroPoint: -128),
      Affine(type: .int16, scale: 1 / 32768, zeroPoint: 0),
    ]),
    modes: .all,
    time: .elements(float: 0.19, int8: 0.09),
    versions: .int16Both(3, int8: 2),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0",
    kernel: .unary(.logistic, cost: 6),
    gradient: .logistic)

  static let tanh = OpSpec(
    "TANH", .activation,
    channels: .keeps,
    scale: .fixed([
      Affine(type: .int8, scale: 1 / 128, zeroPoint: 0),
      Affine(type: .int16, scale: 1 / 32768, zeroPoint: 0),
    ]),
    modes: .all,
    traps: [Trap(.int16x8, "interpolates; results are off by up to 2")],
    time: .elements(float: 0.21, int8: 0.09),
    versions: .int16Both(3, int8: 2),
    runtimes: "1:1.14.0 2:1.14.0 3:2.3.0",
    kernel: .unary(.tanh, cost: 8),
    gradient: .tanh)
}
