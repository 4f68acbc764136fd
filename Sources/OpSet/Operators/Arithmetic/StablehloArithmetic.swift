import TFLite

/// Integer kernels ignore scales.
extension OpSpec {
  private static let storedIntegers: [TensorType] = [
    .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64,
  ]

  static let stablehloAdd = OpSpec(
    "STABLEHLO_ADD", .activations, runtimes: "1:2.16.0",
    fold: .sum,
    kernel: .arithmetic(.add, .add, storedIntegers, isRaw: true, isStrict: true),
    gradient: .add)

  static let stablehloMultiply = OpSpec(
    "STABLEHLO_MULTIPLY", .activations, runtimes: "1:2.16.0",
    fold: .product,
    kernel: .arithmetic(.multiply, .multiply, storedIntegers, isRaw: true, isStrict: true),
    gradient: .mul)

  static let stablehloMaximum = OpSpec(
    "STABLEHLO_MAXIMUM", .activations, runtimes: "1:2.16.0",
    fold: .maximum,
    kernel: .arithmetic(.maximum, .maximum, storedIntegers, isRaw: true, isStrict: true),
    gradient: .maximum)

  static let stablehloMinimum = OpSpec(
    "STABLEHLO_MINIMUM", .activations, runtimes: "1:2.16.0",
    fold: .minimum,
    kernel: .arithmetic(.minimum, .minimum, storedIntegers, isRaw: true, isStrict: true),
    gradient: .minimum)
}
