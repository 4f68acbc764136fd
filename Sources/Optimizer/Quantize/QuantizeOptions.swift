import Evaluation
import TFLite

extension QuantizeStep {
  package static let options: [StepOption<Self>] = [
    .text(
      "mode", "MODE", "float16, dynamic, int8 or int16x8", texts: { [$0.mode.rawValue] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let mode = Mode(rawValue: text) else {
          let names = Mode.allCases.map(\.rawValue)
          throw StepFault(
            "unknown mode '\(text)'" + suggestion(for: text, among: names),
            help: "modes: \(names.joined(separator: ", "))")
        }
        step = Self(mode: mode)
      }
    ).required(
      command: StepFault("no mode given", help: "use --mode float16, dynamic, int8 or int16x8"),
      pipeline: StepFault("step 'quantize' needs a mode", help: "such as quantize:mode=dynamic"),
      unless: ["plan", "target"]
    ).leading(),
    .text(
      "plan", "FILE", "encodings of operators and tensors, in a file from --save-plan or by hand",
      texts: { $0.plan.map { [$0.path] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        try step.follow(try PlanFile(text))
      }
    ).withoutDefault().leading(),
    .text(
      "target", "T",
      "forms that a chip or runtime takes: mode, types of inputs and outputs, granularity",
      texts: { $0.target.map { [$0.name] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in try step.aim(at: text) }
    ).withoutDefault().leading(),
    .text(
      "form", "FORM=OPERATORS",
      "float, float16, dynamic, int8, int16x8 or int4 for operators: 0+3-5, or outputs that match"
        + " (repeatable)",
      texts: { $0.forms.map(\.text) },
      set: { (step: inout Self, text: String) throws(StepFault) in
        step.forms.append(try FormRule(text))
      }
    ).repeatable(),
    .flag(
      "weights-only", \.weightsOnly,
      "dynamic: int8 weights behind DEQUANTIZE, computation stays float"),
    weightsOption,
    .text(
      "block", "32|64|128|256",
      "int4 and int2: a scale for each such part of a row where kernels take it",
      texts: { $0.block.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        let sizes = WeightRequest.blocks
        guard let size = Int(text), sizes.contains(size) else {
          throw StepFault(
            "a block cannot have \(text.isEmpty ? "no" : "'\(text)'") elements",
            help: "blocks: \(sizes.map(String.init).joined(separator: ", "))")
        }
        step.block = size
      }
    ).withoutDefault(),
    .flag(
      "symmetric-activations", \.symmetricActivations,
      "dynamic: leave asymmetric_quantize_inputs unset; int8: zero points are 0"),
    .flag(
      "allow-fp16-compute", \.allowsFloat16Compute,
      "float16: mark the model so that runtimes may compute in float16"),
    .text(
      "range", "R", "int8: auto, minmax, percentile[:P], mse, entropy or ema (default auto)",
      texts: { [$0.integers.range.description] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let range = RangeMethod(text) else {
          throw StepFault(
            "unknown range '\(text)'",
            help: "ranges: auto, minmax, percentile[:P], mse, entropy, ema")
        }
        step.integers.range = range
      }
    ).only(if: isInteger),
    .number(
      "effort", "0…3", \.effort, in: 0...3, noun: "effort",
      "int8: 0 takes minimum and maximum; with samples 2 searches (default), 3 also makes weights compress"
    ).only(if: isSearched),
    .text(
      "download", "BYTES",
      "int8: coarser integers of weights until the file has so many bytes under deflate",
      texts: { $0.integers.download.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let bytes = Int(text), bytes > 0 else {
          throw StepFault("download is a number of bytes, not '\(text)'")
        }
        step.integers.download = bytes
      }
    ).only(if: isInt8).withoutDefault(),
    .text(
      "error", "E", "int8, effort 3: relative L2 error that coarser integers of weights may reach",
      texts: { $0.integers.error.map { ["\($0)"] } ?? [] },
      set: { (step: inout Self, text: String) throws(StepFault) in
        guard let error = Double(text), error > 0, error.isFinite else {
          throw StepFault("error is a number above 0, not '\(text)'")
        }
        step.integers.error = error
      }
    ).only(if: isInt8).withoutDefault(),
    .text(
      "io", "[NAME=]TYPE",
      "int8, int16x8: type of inputs and outputs, float32 by default (repeatable)",
      texts: { $0.integers.io.texts },
      set: { (step: inout Self, text: String) throws(StepFault) in
        try step.integers.addType(text)
      }
    ).only(if: isInteger).repeatable(),
    .flag(
      "strict", \.integers.isStrict, "int8, int16x8: operators that stay float are an error"
    ).only(if: isInteger),
    .text(
      "per-tensor", "GLOB",
      "int8, int16x8: one scale for each weight tensor, or for those that match (repeatable)",
      texts: { step in
        let rules = step.integers.perTensor
        return rules.isEmpty || step.integers.isPerTensor
          ? ["\(step.integers.isPerTensor)"] : rules.map(\.text)
      },
      set: { (step: inout Self, text: String) throws(StepFault) in
        if let isOn = Bool(text) {
          step.integers.isPerTensor = isOn
        } else {
          step.integers.perTensor.append(Selection.Rule(text))
        }
      }
    ).only(if: isInteger).repeatable().withOptionalValue(),
    .flag(
      "bias-correction", \.integers.correctsBiases, off: "no-bias-correction",
      "int8, int16x8: leave biases as they are"
    ).only(if: isInteger),
  ]

  /// The type of weights, which other steps that quantize take too.
  static let weightsOption: StepOption<Self> = .text(
    "weights", "TYPE", "int8, int4 or int2 where kernels take it, or auto (default int8)",
    texts: { [$0.choosesWeights ? "auto" : $0.weights.type.description] },
    set: { (step: inout Self, text: String) throws(StepFault) in
      let types: [WeightBits] = [.eight, .four, .two]
      step.choosesWeights = text == "auto"
      if step.choosesWeights {
        step.weights = .four
        return
      }
      guard let bits = types.first(where: { $0.type.description == text }) else {
        throw StepFault(
          "unknown type of weights '\(text)'",
          help: "types: \((types.map(\.type.description) + ["auto"]).joined(separator: ", "))")
      }
      step.weights = bits
    }
  )

  @Sendable
  private static func isInteger(_ step: Self, _ key: String) throws(StepFault) {
    guard step.integer == nil else { return }
    throw StepFault("'\(key)' belongs to modes 'int8' and 'int16x8', not '\(step.mode.rawValue)'")
  }

  @Sendable
  private static func isInt8(_ step: Self, _ key: String) throws(StepFault) {
    guard step.integer?.mode != .int8 else { return }
    throw StepFault("'\(key)' belongs to mode 'int8', not '\(step.mode.rawValue)'")
  }

  /// Takes what gates ask of the file, where the step has no such options of its own.
  package mutating func meet(download: Int?, error: Double?) {
    guard integer?.mode == .int8 else { return }
    integers.download = integers.download ?? download
    if effort >= 3 { integers.error = integers.error ?? error }
  }

  @Sendable
  private static func isSearched(_ step: Self, _ key: String) throws(StepFault) {
    guard step.integer == nil, step.mode != .dynamic else { return }
    throw StepFault(
      "'\(key)' belongs to modes 'dynamic', 'int8' and 'int16x8', not '\(step.mode.rawValue)'")
  }

  /// The options of the integer modes. In other modes they are the defaults, and setting them does
  /// nothing.
  private var integers: IntegerOptions {
    get { integer ?? IntegerOptions(mode: .int8) }
    set { if integer != nil { integer = newValue } }
  }
}

extension IntegerOptions {
  /// Adds `TYPE` or `NAME=TYPE` to the types of inputs and outputs.
  fileprivate mutating func addType(_ text: String) throws(StepFault) {
    let types: [TensorType] =
      mode == .int8 ? [.float32, .int8, .uint8, .int16] : [.float32, .int16]
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    let word = parts.last.map(String.init) ?? text
    guard let type = types.first(where: { $0.description == word }) else {
      throw StepFault(
        "'\(word)' is not a type for inputs and outputs in mode '\(mode.rawValue)'",
        help: "types: \(types.map(\.description).joined(separator: ", "))")
    }
    if parts.count > 1 {
      io.named[parts.dropLast().joined(separator: "=")] = type
    } else {
      io.standard = type
    }
  }
}

extension IOTypes {
  /// The values as `--io` takes them.
  fileprivate var texts: [String] {
    (standard.map { [$0.description] } ?? [])
      + named.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
