import TFLite

/// The form of each operator of a model, and how its tensors are stored.
///
/// A plan is pure: it is decided, written, read again and applied, and applying it changes a model
/// in the same way each time. It identifies operators by their first output, and tensors by their
/// place in the input model; passes change neither.
package struct Plan: Equatable, Sendable {
  package struct Choice: Equatable, Sendable {
    package var form: OperatorForm
    /// Why the form is not that of the mode; nil if nothing is known.
    package var reason: Reason?
    /// Whether it is an error if the operator cannot have the form.
    package var isRequired = false
  }

  /// How a weight is quantized.
  package struct Weight: Equatable, Sendable {
    /// One scale for the tensor; else one for each channel or block.
    package var isPerTensor: Bool
    /// Elements of a row that share a scale; nil without blocks.
    package let block: Int?
    /// The integer that a channel's greatest magnitude becomes.
    package var greatest: Int

    private let bits: WeightBits
    var request: WeightRequest { WeightRequest(bits: bits, block: block) }
    /// The type of its integers.
    package var type: TensorType { bits.type }

    /// Nil if the type is none of weights, or if its integers do not reach `greatest`.
    init?(_ type: TensorType, isPerTensor: Bool, greatest: Int?, block: Int? = nil) {
      guard let bits = WeightBits.allCases.first(where: { $0.type == type }),
        1...bits.greatest ~= greatest ?? 1
      else { return nil }
      self.bits = bits
      self.block = block
      self.isPerTensor = isPerTensor
      self.greatest = greatest ?? bits.greatest
    }

    init(_ encoding: WeightEncoding) {
      // A single channel along an axis other than 0 is not per-tensor: the file stores the axis.
      isPerTensor = encoding.layout == .perTensor && encoding.axis == 0
      greatest = encoding.greatest
      bits = encoding.bits
      block = encoding.block
    }

    /// Whether the weight uses fewer than all integers.
    package var isNarrow: Bool { greatest < bits.greatest }
  }

  /// The encoding of a tensor that changes from run to run. It has one for each integer mode if
  /// operators of both meet at the tensor.
  package struct Activation: Hashable, Sendable {
    package let id: TensorID
    package let mode: IntegerMode
  }

  /// The results of the searches of an integer mode.
  package struct Searches: Equatable, Sendable {
    /// Whether channels were scaled between layers to make their ranges more equal.
    package var equalizes = false
    /// Whether the integers of each weight were chosen jointly.
    package var roundsTogether = false
    /// Whether those of few bits were chosen again, each for the inputs that earlier ones give it.
    package var compensates = false
    /// The forms of bias correction that were kept, one added to the other.
    package var biases: [BiasForm] = []
    /// How coarse the integers of weights became, so that they compress; nil where they did not.
    package var rate: Rate?
  }

  /// The place of weights' integers on the ladder from plain to coarse.
  package struct Rate: Equatable, Sendable {
    /// The noise of the plain integers, from which the ladder's levels come.
    package let noise: Double
    package let position: Int

    package init(noise: Double, position: Int) { (self.noise, self.position) = (noise, position) }
  }

  /// What biases are corrected for, besides the error that the float model's statistics show.
  package enum BiasForm: String, CaseIterable, Sendable {
    /// The error of an operator's rounded weights on its inputs in the integer model.
    case local
    /// In addition, the difference between these inputs and the float model's.
    case full
    /// Nothing: biases have no correction.
    case none
  }

  package var operators: [TensorID: Choice] = [:]
  package var activations: [Activation: Affine] = [:]
  package var weights: [TensorID: Weight] = [:]
  package var searches: [IntegerMode: Searches] = [:]

  package init() {}

  package func form(of output: TensorID) -> OperatorForm? { operators[output]?.form }

  /// Notes the form of an operator. It replaces the form of an earlier pass that left the operator
  /// float.
  mutating func note(_ output: TensorID, _ form: OperatorForm, _ reason: Reason? = nil) {
    let known = operators[output]
    if form == .float, let known, known.form != .float { return }
    let reason = reason ?? (form.isInteger ? nil : known?.reason)
    operators[output] = Choice(form: form, reason: reason == .isPlanned(form) ? nil : reason)
  }
}

/// A plan that is to be applied, and the mode that decides for everything that the plan does not
/// name.
struct PlanRequest: Sendable {
  let file: PlanFile
  let mode: OperatorForm
  let fallback: OperatorForm

  /// Throws `StepFault` if the plan names something that the input model does not have.
  func given(for model: Model) throws -> GivenPlan {
    GivenPlan(plan: try file.plan(for: model), mode: mode, fallback: fallback)
  }
}

/// A plan for a model, and the mode that decides for everything that the plan does not name.
struct GivenPlan: Sendable {
  private(set) var plan: Plan
  /// The form that the mode gives to operators that the plan does not name.
  let mode: OperatorForm
  /// The form that the mode gives to operators that cannot have its first one.
  let fallback: OperatorForm

  /// Returns why a pass that gives operators `form` leaves one alone, or nil.
  package func refusal(of output: TensorID?, _ form: OperatorForm) -> Reason? {
    let named = output.flatMap(plan.form)
    guard let named else {
      return form == mode || form == fallback ? nil : .isPlanned(mode)
    }
    return named == form ? nil : .isPlanned(named)
  }

  /// Gives an operator that passes added the form of another operator.
  mutating func add(_ output: TensorID, as other: TensorID) {
    plan.operators[output] = plan.operators[other]
  }

  /// Whether the plan requires the form.
  func requires(_ form: OperatorForm, of output: TensorID?) -> Bool {
    output.flatMap { plan.operators[$0] }.map { $0.isRequired && $0.form == form } ?? false
  }
}

extension Operator {
  /// Returns what identifies the operator while passes move others around it; nil for one without
  /// outputs.
  func planKey(in subgraph: Int) -> TensorID? {
    outputs?.first { $0 >= 0 }.map { TensorID(subgraph, $0) }
  }
}

extension TensorID {
  func isIn(_ model: Model) -> Bool {
    model.subgraphs.indices.contains(subgraph)
      && model.subgraphs[subgraph].tensors.indices.contains(index)
  }
}
