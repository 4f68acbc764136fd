import Optimizer

extension StepGrammar {
  static let quantize = StepGrammar(
    name: "quantize",
    keys: [
      "mode", "weights-only", "symmetric-activations", "allow-fp16-compute", "range", "effort",
      "strict", "per-tensor", "bias-correction", "io",
    ], repeatable: ["io"], example: "quantize:mode=float16|dynamic|int8|int16x8",
    make: { pairs throws(UsageFault) in .quantize(try Self.quantize(pairs)) })

  private static func quantize(_ pairs: Pairs) throws(UsageFault) -> Step.Quantize {
    guard let mode = pairs.first(where: { $0.key == "mode" })?.value else {
      throw UsageFault("step 'quantize' needs a mode", help: "such as quantize:mode=dynamic")
    }
    var quantize = Step.Quantize(mode: try Values.mode(mode))
    for pair in pairs where pair.key != "mode" {
      if try IntegerValues.set(pair.key, pair.value, of: &quantize) { continue }
      let isOn = try flag(pair)
      switch pair.key {
      case "weights-only": quantize.weightsOnly = isOn
      case "symmetric-activations": quantize.symmetricActivations = isOn
      default: quantize.allowsFloat16Compute = isOn
      }
    }
    quantize.integer?.isSymmetric = quantize.symmetricActivations
    try checkCombination(quantize)
    return quantize
  }

  /// Options that another mode would ignore are errors, not silence.
  static func checkCombination(_ quantize: Step.Quantize) throws(UsageFault) {
    if quantize.mode != .dynamic, quantize.weightsOnly {
      throw UsageFault("weights-only belongs to mode 'dynamic', not '\(quantize.mode.rawValue)'")
    }
    if quantize.symmetricActivations, quantize.mode != .dynamic, quantize.mode != .int8 {
      throw UsageFault(
        "symmetric-activations belongs to modes 'dynamic' and 'int8', "
          + "not '\(quantize.mode.rawValue)'")
    }
    if quantize.mode != .float16, quantize.allowsFloat16Compute {
      throw UsageFault(
        "allow-fp16-compute belongs to mode 'float16', not '\(quantize.mode.rawValue)'")
    }
    if quantize.weightsOnly, quantize.symmetricActivations {
      throw UsageFault("with weights-only no activation is quantized")
    }
  }
}
