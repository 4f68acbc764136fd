import Evaluation

/// One thing that the user asked for, in order.
package enum Step: Equatable, Sendable {
  /// Serializes the whole model and changes nothing.
  case rewrite
  case prune(Prune)
  case cluster(ClusterOptions)
  case quantize(Quantize)

  /// The options of `quantize`.
  package struct Quantize: Equatable, Sendable {
    package enum Mode: String, CaseIterable, Sendable {
      case float16, dynamic, int8, int16x8

      /// Activations become integers, for which samples are needed.
      package var integerMode: IntegerMode? { IntegerMode(rawValue: rawValue) }
    }

    package var mode: Mode
    package var weightsOnly = false
    package var symmetricActivations = false
    package var allowsFloat16Compute = false

    /// For the integer modes.
    package var integer: IntegerOptions?

    package init(mode: Mode) {
      self.mode = mode
      integer = mode.integerMode.map(IntegerOptions.init)
    }
  }

  /// As the user writes it in `pipeline`.
  package var name: String {
    switch self {
    case .rewrite: "rewrite"
    case .prune: "prune"
    case .cluster: "cluster"
    case .quantize: "quantize"
    }
  }

  /// What stands before the extension in the default output's name.
  package var suffix: String {
    switch self {
    case .rewrite: "optimized"
    case .prune: "pruned"
    case .cluster: "cluster"
    case .quantize(let options): options.mode.rawValue
    }
  }

  /// Options that are not at their default, as in `pipeline`.
  package var options: [(key: String, value: String)] {
    if case .prune(let prune) = self { return prune.described }
    if case .cluster(let options) = self { return options.described }
    guard case .quantize(let quantize) = self else { return [] }
    var options = [("mode", quantize.mode.rawValue)]
    if quantize.weightsOnly { options.append(("weights-only", "true")) }
    if quantize.symmetricActivations { options.append(("symmetric-activations", "true")) }
    if quantize.allowsFloat16Compute { options.append(("allow-fp16-compute", "true")) }
    if let integer = quantize.integer { options += integer.described }
    return options
  }

  /// Activations become integers, for which samples are needed.
  package var needsSamples: Bool { integerMode != nil }

  /// Statistics over all samples do not do.
  package var needsSingleSamples: Bool {
    guard case .quantize(let quantize) = self else { return false }
    return quantize.integer?.range == .ema
  }

  /// The result need not be smaller as it is stored: it is under compression.
  package var mayGrow: Bool {
    switch self {
    case .rewrite, .prune, .cluster: true
    case .quantize: false
    }
  }

  var integerMode: IntegerMode? {
    guard case .quantize(let quantize) = self else { return nil }
    return quantize.mode.integerMode
  }

  /// The pass that carries the step out; nil for `rewrite`.
  func pass(_ samples: CalibrationSource) -> (any Pass)? {
    if case .prune(let prune) = self { return Optimizer.Prune(prune, samples: samples) }
    if case .cluster(let options) = self { return Cluster(options, samples: samples) }
    guard case .quantize(let quantize) = self else { return nil }
    switch quantize.mode {
    case .float16: return Float16(allowsReducedPrecision: quantize.allowsFloat16Compute)
    case .dynamic:
      return DynamicRange(
        weightsOnly: quantize.weightsOnly, symmetricActivations: quantize.symmetricActivations)
    case .int8, .int16x8:
      return quantize.integer.map { StaticInteger($0, samples: samples) }
    }
  }
}
