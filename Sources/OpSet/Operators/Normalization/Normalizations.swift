import TFLite

extension OpSpec {
  /// The exponent has 26 fractional bits: its multiplier, 2^26 × input scale, must exceed 1.
  private static let exponent = RuntimeLimits(input: 0x1p-26)

  static let l2Normalization = OpSpec(
    "L2_NORMALIZATION", .activation,
    scale: .fixed([Affine(type: .int8, scale: 1 / 128, zeroPoint: 0)]), modes: .int8,
    time: .elements(float: 0.9, int8: 3.4),
    versions: [.version(2, if: .output(0, .int8)), .otherwise(1)],
    runtimes: "1:1.5.0 2:1.14.0",
    kernel: .l2Normalization,
    gradient: .l2Normalization)

  static let localResponseNormalization = OpSpec(
    "LOCAL_RESPONSE_NORMALIZATION", .activation,
    runtimes: "1:1.5.0",
    kernel: .localResponseNormalization,
    gradient: .localResponseNormalization)

  static let softmax = OpSpec(
    "SOFTMAX", .activation,
    traits: .ranksClasses,
    scale: .fixed([
      Affine(type: .int8, scale: 1 / 256, zeroPoint: -128),
      Affine(type: .int16, scale: 1 / 32768, zeroPoint: 0),
    ]),
    modes: .all, values: .nearGreatest, limits: exponent,
    integerLimit: .longRowsStayFloat(
      .int16x8, above: 256, "the int16 kernel rounds each of many small powers"),
    time: .elements(float: 1.2, int8: 2),
    versions: [.version(4, if: .input(0, .float16))] + .int16(3, int8: 2),
    runtimes: "1:1.5.0 2:1.14.0 3:2.3.0 4:2.23.0", reference: .upTo(3),
    kernel: .softmax,
    gradient: .softmax)

  static let logSoftmax = OpSpec(
    "LOG_SOFTMAX", .activation,
    traits: .ranksClasses,
    scale: .fixed([Affine(type: .int8, scale: 16 / 256, zeroPoint: 127)]), modes: .int8,
    limits: exponent,
    versions: .int8(2),
    runtimes: "1:1.14.0 2:1.14.0",
    kernel: .logSoftmax,
    gradient: .logSoftmax)
}
