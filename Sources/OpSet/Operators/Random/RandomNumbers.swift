extension OpSpec {
  static let randomStandardNormal = OpSpec("RANDOM_STANDARD_NORMAL", [.index], runtimes: "1:2.8.0")

  static let randomUniform = OpSpec("RANDOM_UNIFORM", [.index], runtimes: "1:2.8.0")

  /// Logits, number of samples.
  static let multinomial = OpSpec("MULTINOMIAL", .activationAndIndex, runtimes: "1:2.8.0")

  static let stablehloRngBitGenerator = OpSpec(
    "STABLEHLO_RNG_BIT_GENERATOR", [.index], runtimes: "1:2.15.0")
}
