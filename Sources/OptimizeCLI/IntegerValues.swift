import Evaluation
import Optimizer
import TFLite

/// The options of the integer modes, read from text.
enum IntegerValues {
  /// Options of the command line.
  static func set(_ arguments: Arguments, of quantize: inout Step.Quantize) throws(UsageFault) {
    let texts: [(Option, String)] = [
      (Options.range, "range"), (Options.effort, "effort"),
    ]
    for (option, key) in texts {
      guard let text = arguments[option] else { continue }
      _ = try set(key, text, of: &quantize)
    }
    for text in arguments.all(Options.io) { _ = try set("io", text, of: &quantize) }
    for (option, key) in [(Options.strict, "strict"), (Options.perTensor, "per-tensor")]
    where arguments.has(option) {
      _ = try set(key, "true", of: &quantize)
    }
    if arguments.has(Options.noBiasCorrection) {
      _ = try set("bias-correction", "false", of: &quantize)
    }
    quantize.integer?.isSymmetric = quantize.symmetricActivations
    quantize.integer?.signature = arguments[Options.signature]
  }

  /// Sets one option; false if it is not of these.
  static func set(
    _ key: String, _ value: String, of quantize: inout Step.Quantize
  ) throws(UsageFault) -> Bool {
    guard ["range", "effort", "strict", "per-tensor", "bias-correction", "io"].contains(key) else {
      return false
    }
    guard var integer = quantize.integer else {
      throw UsageFault(
        "'\(key)' belongs to modes 'int8' and 'int16x8', not '\(quantize.mode.rawValue)'")
    }
    switch key {
    case "range":
      guard let range = RangeMethod(value) else {
        throw UsageFault(
          "unknown range '\(value)'",
          help: "ranges: auto, minmax, percentile[:P], mse, entropy, ema")
      }
      integer.range = range
    case "effort":
      guard let effort = Int(value), (0...3).contains(effort) else {
        throw UsageFault("'\(value)' is no effort from 0 to 3")
      }
      integer.effort = effort
    case "io": try addType(value, to: &integer)
    default:
      guard value == "true" || value == "false" else {
        throw UsageFault("'\(key)' is true or false, not '\(value)'")
      }
      switch key {
      case "strict": integer.isStrict = value == "true"
      case "per-tensor": integer.isPerTensor = value == "true"
      default: integer.correctsBiases = value == "true"
      }
    }
    quantize.integer = integer
    return true
  }

  /// `TYPE` or `NAME=TYPE`.
  private static func addType(
    _ text: String, to options: inout IntegerOptions
  ) throws(UsageFault) {
    let types: [TensorType] =
      options.mode == .int8 ? [.float32, .int8, .uint8, .int16] : [.float32, .int16]
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    let word = parts.last.map(String.init) ?? text
    guard let type = types.first(where: { $0.description == word }) else {
      throw UsageFault(
        "'\(word)' is no type for inputs and outputs in mode '\(options.mode.rawValue)'",
        help: "types: \(types.map(\.description).joined(separator: ", "))")
    }
    if parts.count > 1 {
      options.io.named[parts.dropLast().joined(separator: "=")] = type
    } else {
      options.io.standard = type
    }
  }
}
