import TFLite

extension OpSpec {
  static let l2Normalization = OpSpec(
    "L2_NORMALIZATION", .activation,
    scale: .fixed(int8: QuantizedRange(1 / 128, 0), int16: nil), modes: .int8,
    versions: [.version(2, if: .output(0, .int8)), .otherwise(1)],
    runtimes: "1:1.5.0 2:1.14.0",
    kernel: .l2Normalization)

  static let localResponseNormalization = OpSpec(
    "LOCAL_RESPONSE_NORMALIZATION", .activation,
    runtimes: "1:1.5.0",
    kernel: .localResponseNormalization)
}
