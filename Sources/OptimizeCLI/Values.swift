import OpSet
import Optimizer
import Platform

/// Values of options, read from text.
enum Values {
  /// Bytes with `k`, `M`, `G` (decimal) or `KiB`, `MiB`, `GiB`.
  static func bytes(_ text: String, _ option: Option) throws(UsageFault) -> Int {
    let units: [(suffix: String, factor: Double)] = [
      ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824),
      ("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("k", 1e3), ("K", 1e3), ("M", 1e6), ("G", 1e9),
    ]
    let unit = units.first { text.hasSuffix($0.suffix) }
    let digits = text.dropLast(unit?.suffix.count ?? 0)
    guard let value = Double(digits), value.isFinite, value >= 0,
      value * (unit?.factor ?? 1) < 1e18, digits.first != "+"
    else {
      throw UsageFault(
        "'\(text)' is no size for \(option.name)", help: "such as 500000, 500k, 1.5M or 2MiB")
    }
    return Int(value * (unit?.factor ?? 1))
  }

  static func threads(_ text: String?) throws(UsageFault) -> Int {
    guard let text else { return Threads.available }
    guard let count = Int(text), (1...1024).contains(count) else {
      throw UsageFault("'\(text)' is no number of threads from 1 to 1024")
    }
    return count
  }

  /// A number from 1 to a million.
  static func count(_ text: String?, _ option: Option, standard: Int) throws(UsageFault) -> Int {
    guard let text else { return standard }
    guard let count = Int(text), (1...1_000_000).contains(count) else {
      throw UsageFault("'\(text)' is no number for \(option.name)")
    }
    return count
  }

  static func mode(_ text: String) throws(UsageFault) -> Step.Quantize.Mode {
    guard let mode = Step.Quantize.Mode(rawValue: text) else {
      let names = Step.Quantize.Mode.allCases.map(\.rawValue)
      let suggestion = closest(to: text, among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageFault(
        "unknown mode '\(text)'\(suggestion)", help: "modes: \(names.joined(separator: ", "))")
    }
    return mode
  }

  static func runtime(_ text: String) throws(UsageFault) -> RuntimeVersion {
    guard let version = RuntimeVersion(text) else {
      throw UsageFault("'\(text)' is no runtime version", help: "such as 2.14.0")
    }
    return version
  }
}

/// Steps as they stand in `pipeline`: `name:key=value,…`.
enum StepParser {
  static func step(_ text: String) throws(UsageFault) -> Step {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let pairs = try options(parts.count > 1 ? String(parts[1]) : "", of: name)
    switch name {
    case "rewrite":
      if let pair = pairs.first { throw unknown(pair.key, of: name, among: []) }
      return .rewrite
    case "quantize":
      return .quantize(try quantize(pairs))
    case "prune":
      return .prune(try prune(pairs))
    case "cluster":
      throw UsageFault("step '\(name)' is not available in this version")
    default:
      let suggestion = closest(to: name, among: ["rewrite", "quantize", "prune", "cluster"])
      throw UsageFault(
        "unknown step '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ""),
        help: "steps: quantize:mode=float16|dynamic|int8|int16x8, prune:sparsity=S, rewrite")
    }
  }

  private static func options(
    _ text: String, of name: String
  ) throws(UsageFault) -> [(key: String, value: String)] {
    var pairs: [(key: String, value: String)] = []
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = String(parts[0])
      guard !pairs.contains(where: { $0.key == key }) else {
        throw UsageFault("step '\(name)' names '\(key)' twice")
      }
      pairs.append((key, parts.count > 1 ? String(parts[1]) : "true"))
    }
    return pairs
  }

  static func prune(
    _ pairs: [(key: String, value: String)]
  ) throws(UsageFault) -> Step.Prune {
    do throws(StepFault) {
      return try Step.Prune(pairs)
    } catch {
      if let key = error.unknown { throw unknown(key, of: "prune", among: error.known) }
      throw UsageFault(error.message, help: error.help)
    }
  }

  private static func quantize(
    _ pairs: [(key: String, value: String)]
  ) throws(UsageFault) -> Step.Quantize {
    guard let mode = pairs.first(where: { $0.key == "mode" })?.value else {
      throw UsageFault("step 'quantize' needs a mode", help: "such as quantize:mode=dynamic")
    }
    var quantize = Step.Quantize(mode: try Values.mode(mode))
    for (key, value) in pairs where key != "mode" {
      if try IntegerValues.set(key, value, of: &quantize) { continue }
      let isOn = try flag(value, key)
      switch key {
      case "weights-only": quantize.weightsOnly = isOn
      case "symmetric-activations": quantize.symmetricActivations = isOn
      case "allow-fp16-compute": quantize.allowsFloat16Compute = isOn
      default:
        throw unknown(
          key, of: "quantize",
          among: [
            "mode", "weights-only", "symmetric-activations", "allow-fp16-compute", "range",
            "effort", "strict", "per-tensor", "bias-correction", "io",
          ])
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

  private static func flag(_ value: String, _ key: String) throws(UsageFault) -> Bool {
    switch value {
    case "true": return true
    case "false": return false
    default: throw UsageFault("'\(key)' is true or false, not '\(value)'")
    }
  }

  private static func unknown(_ key: String, of step: String, among keys: [String]) -> UsageFault {
    let suggestion = closest(to: key, among: keys).map { "; did you mean '\($0)'?" } ?? ""
    return UsageFault("step '\(step)' has no option '\(key)'\(suggestion)")
  }
}
