import Evaluation
import OpSet
import TFLite
import Targets

/// Stores weights, or weights and activations, in fewer bits.
///
/// Helps size, and speed if kernels compute with the integers. The mode decides which constants and
/// activations change. Options that a mode would ignore are errors.
package struct QuantizeStep: Step, Equatable {
  package enum Mode: String, CaseIterable, Sendable {
    case float16, dynamic, int8, int16x8

    /// The integer mode, in which activations become integers and samples are needed; nil for other
    /// modes.
    package var integerMode: IntegerMode? { IntegerMode(rawValue: rawValue) }
  }

  package let mode: Mode
  package var weightsOnly = false
  /// The bits of weights whose kernels take that few.
  var weights = WeightBits.eight {
    didSet { integer?.weights = weights }
  }
  /// Whether weights that do not bear few bits keep eight.
  var choosesWeights = false {
    didSet { integer?.choosesWeights = choosesWeights }
  }
  /// How long searches are: as in `IntegerOptions`, which has it in integer modes.
  var effort: Int {
    get { integer?.effort ?? ownEffort }
    set {
      ownEffort = newValue
      integer?.effort = newValue
    }
  }
  private var ownEffort = 2
  /// How integers are trained; nil without training.
  package var training: TrainingOptions? {
    didSet { integer?.training = training }
  }
  /// Elements of a row of weights that share a scale where kernels take blocks; nil for none.
  var block: Int? {
    didSet { integer?.block = block }
  }
  package var symmetricActivations = false {
    didSet { integer?.isSymmetric = symmetricActivations }
  }
  package var allowsFloat16Compute = false

  /// The options of the integer modes, and of plans with operators in one of them; nil without any.
  package var integer: IntegerOptions?

  /// The plan for operators and tensors; the mode decides for those that it does not name.
  package private(set) var plan: PlanFile?
  /// Operators with a form of their own.
  package var forms: [FormRule] = []
  /// The chip or runtime whose forms are taken; nil for what the mode gives.
  package internal(set) var target: Target?
  /// Whether the mode was given; otherwise it is the default.
  var hasMode = true

  package init() {
    self.init(mode: .dynamic)
    hasMode = false
  }

  package init(mode: Mode) {
    self.mode = mode
    integer = mode.integerMode.map(IntegerOptions.init)
  }

  package static let name = "quantize"
  package static let summary = "store weights, or weights and activations, in fewer bits"
  package static let example = "quantize:mode=float16|dynamic|int8|int16x8"
  package static let passes: [any Pass.Type] = [
    LiftIntegers.self, StaticInteger.self, MergeConversions.self, DynamicRange.self, Float16.self,
    CheckPlan.self,
  ]

  package static let command: StepCommand? = StepCommand(
    usage: "--mode float16|dynamic|int8|int16x8",
    examples: [
      "quantize model.tflite --mode int8 --rep-data samples",
      "quantize model.tflite --mode float16",
      "quantize model.tflite --mode dynamic --max-size 5M -o small.tflite",
      "quantize model.tflite --mode dynamic --rep-data samples --min-sqnr 30",
      "quantize model.tflite --plan plan.json --rep-data samples",
    ], extras: [(.calibration, "range"), (.savePlan, "weights-only")], rank: 1)

  package static let variants: [Self] = {
    var averaged = Self(mode: .int8)
    averaged.integer?.range = .ema
    var planned = Self(mode: .int8)
    planned.plan = PlanFile(path: "plan.json", forms: [.int16x8])
    return Mode.allCases.map(Self.init) + [averaged, planned]
  }()

  package mutating func check(_ given: GivenOptions) throws(StepFault) {
    if !forms.isEmpty { takeIntegers(of: PlanFile(forms, in: nil)) }
    try takeForms(of: target)
    if mode != .dynamic, weightsOnly {
      throw StepFault("weights-only belongs to mode 'dynamic', not '\(mode.rawValue)'")
    }
    if weights != .eight, mode == .float16 {
      throw StepFault("weights belongs to integer weights, not to mode 'float16'")
    }
    if block != nil, weights == .eight {
      throw StepFault(
        "block belongs to weights of four or two bits: no kernel reads int8 weights in blocks",
        help: "add --weights int4")
    }
    if symmetricActivations, mode != .dynamic, mode != .int8 {
      throw StepFault(
        "symmetric-activations belongs to modes 'dynamic' and 'int8', not '\(mode.rawValue)'")
    }
    if mode != .float16, allowsFloat16Compute {
      throw StepFault("allow-fp16-compute belongs to mode 'float16', not '\(mode.rawValue)'")
    }
    if weightsOnly, symmetricActivations {
      throw StepFault(
        "symmetric-activations has no effect with weights-only, which quantizes no activations")
    }
  }

  package var suffix: String { mode.rawValue }
  package var reference: ReferenceKernels { target?.reference ?? .litert }
  package var rules: [Selection.Rule] {
    guard let integer, !integer.isPerTensor else { return [] }
    // What a target asks for need not be in the model.
    let own = target?.forms.perTensor.map(Selection.Rule.init) ?? []
    return integer.perTensor.filter { !own.contains($0) }
  }

  package var needs: StepNeeds {
    guard let integer else { return StepNeeds() }
    let missing = StepFault(
      "\(suffix) quantization needs representative data",
      help: "pass a folder with --rep-data DIR or statistics with --calibration FILE, "
        + "or use --mode dynamic, which needs none")
    guard integer.range == .ema else { return StepNeeds(samples: missing, statistics: .taken) }
    let refusal = StepFault(
      "range 'ema' needs single samples, which --calibration does not have",
      help: "pass them with --rep-data DIR alone, or use another range")
    return StepNeeds(samples: missing, statistics: .refused(refusal))
  }

  package func passes(on samples: CalibrationSource) -> [any Pass] {
    var float16 = Float16(allowsReducedPrecision: allowsFloat16Compute)
    float16.samples = samples
    var dynamic = DynamicRange(
      weightsOnly: weightsOnly, symmetricActivations: symmetricActivations)
    dynamic.bits = weights
    // Beside integers the weights of operators that stay float are rounded each for itself.
    if mode == .dynamic { (dynamic.samples, dynamic.choosesBits) = (samples, choosesWeights) }
    dynamic.effort = effort
    dynamic.block = block
    guard plan != nil || !forms.isEmpty else {
      // What a teacher corrects is trained in its own mode too.
      let isTaught = training?.teacher != nil
      if let integer {
        return [
          LiftIntegers(for: integer.mode, always: isTaught),
          StaticInteger(integer, samples: samples),
        ]
      }
      guard mode == .dynamic else { return [float16] }
      dynamic.training = training
      return (isTaught ? [LiftIntegers(for: .int8, always: true)] : []) + [dynamic]
    }
    let given = PlanRequest(file: PlanFile(forms, in: plan), mode: form, fallback: fallback)
    dynamic.plan = given
    float16.plan = given
    return integerPasses(integer, given, samples) + [dynamic, float16, CheckPlan(plan: given)]
  }

  /// Returns the passes of the integer modes. Islands of int16 activations come first, so that the
  /// searches for int8 see their effect.
  private func integerPasses(
    _ options: IntegerOptions?, _ plan: PlanRequest, _ samples: CalibrationSource
  ) -> [any Pass] {
    guard let options else { return [] }
    let modes = plan.file.integerModes.union([options.mode])
    let order = [IntegerMode.int16x8, .int8].filter(modes.contains)
    let passes = order.map { mode in
      var options = options
      options.mode = mode
      if mode != order.last { options.io = IOTypes() }
      return StaticInteger(options, samples: samples, plan: plan)
    }
    let merges: [any Pass] = order.count > 1 ? [MergeConversions()] : []
    return [LiftIntegers(for: options.mode, always: true)] + passes + merges
  }

  package func result(in job: Job) -> (any StepResult)? {
    QuantizeResult(
      integer: integer, calibration: job.findings[CalibrationSummary.self],
      channelFactors: job.findings[ChannelFactors.self] ?? ChannelFactors(),
      concessions: job.findings[RuntimeConcessions.self] ?? RuntimeConcessions(),
      plan: PlanResult(
        decided: job.plan, reasons: job.log.reasons, model: job.file.model,
        options: described.filter { $0.key != "plan" }))
  }

  // MARK: Plans

  /// The form that the mode gives to operators.
  private var form: OperatorForm {
    switch mode {
    case .float16: .float16
    case .dynamic: weightsOnly ? .weightsOnly : .dynamic
    case .int8: .int8
    case .int16x8: .int16x8
    }
  }

  /// The form that the mode gives to operators that cannot have the first one.
  private var fallback: OperatorForm {
    switch form {
    case .int8: .dynamic
    case .int16x8: .weightsOnly
    default: form
    }
  }

  /// Takes the options of the plan's step; later options override them.
  mutating func follow(_ file: PlanFile) throws(StepFault) {
    var options = file.options
    let planned = options.first { $0.key == "mode" }?.value
    if hasMode {
      options.removeAll { $0.key == "mode" }
      if let planned, planned != mode.rawValue {
        throw StepFault(
          "plan '\(file.path)' is for mode '\(planned)', not '\(mode.rawValue)'",
          help: "leave the mode out, or change it in the plan")
      }
    } else if planned == nil {
      throw StepFault(
        "plan '\(file.path)' has no mode for the operators that it does not name",
        help: "add --mode, or \"step\": {\"mode\": \"int8\"} to the plan")
    }
    let keys = Self.optionFacts.map(\.key).filter { $0 != "plan" }
    if let other = options.first(where: { !keys.contains($0.key) }) {
      throw StepFault(
        "plan '\(file.path)': step: unknown option '\(other.key)'"
          + suggestion(for: other.key, among: keys),
        help: "options: \(keys.joined(separator: ", "))")
    }
    try set(options)
    takeIntegers(of: file)
    plan = file
  }

  /// Takes an integer mode of operators that the plan names, where the step has none.
  private mutating func takeIntegers(of file: PlanFile) {
    guard integer == nil,
      let first = file.integerModes.min(by: { $0.rawValue > $1.rawValue })
    else { return }
    integer = IntegerOptions(mode: first)
    integer?.weights = weights
    integer?.block = block
  }
}

/// The result of quantization: its plan, and the calibration of activations.
package struct QuantizeResult: CalibratedResult {
  /// Nil if no activation became an integer.
  package let integer: IntegerOptions?
  package let calibration: CalibrationSummary?
  package let channelFactors: ChannelFactors
  /// What an older runtime cost.
  package let concessions: RuntimeConcessions
  package let plan: PlanResult
}

/// The plan that was decided, for the input model.
package struct PlanResult: Sendable {
  /// The decisions, without operators that passes left alone silently.
  package let decided: Plan
  let reasons: [TensorID: Reason]
  package let model: Model
  /// The step's options.
  package let options: GivenOptions.Pairs

  /// The plan with every operator; computed on demand.
  package var plan: Plan { decided.completed(for: model, reasons) }
}
