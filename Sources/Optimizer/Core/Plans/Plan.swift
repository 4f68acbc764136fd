import TFLite

/// What each operator of a model computes with, and how its tensors are stored.
///
/// A plan is pure: it is decided, written down, read again and followed, and following it changes a
/// model in the same way each time. Operators are known by their first output and tensors by their
/// place in the model that came in; both stay what they are while passes run.
package struct Plan: Equatable, Sendable {
  package struct Choice: Equatable, Sendable {
    package var form: OperatorForm
    /// Why it is not the form of the mode; nil where nothing is known.
    package var reason: Reason?
    /// Whether it is an error that the operator cannot have the form.
    package var isRequired = false
  }

  /// How a weight becomes integers.
  package struct Weight: Equatable, Sendable {
    /// One scale for the tensor; else one for each channel.
    package var isPerTensor: Bool
    /// The integer that a channel's greatest magnitude becomes.
    package var greatest: Int

    /// Of all integers that plans ask for.
    static let levels = 1...WeightBits.eight.greatest

    init(isPerTensor: Bool, greatest: Int) {
      self.isPerTensor = isPerTensor
      self.greatest = greatest
    }

    init(_ encoding: WeightEncoding) {
      // A single channel along an axis other than 0 is not per-tensor: the file stores the axis.
      let isPerTensor = encoding.layout == .perTensor && encoding.axis == 0
      self.init(isPerTensor: isPerTensor, greatest: encoding.greatest)
    }

    /// Whether the weight takes less than all integers.
    package var isNarrow: Bool { greatest < Self.levels.upperBound }
  }

  /// A tensor that changes from run to run. Where operators of both integer modes meet it has a form
  /// for each.
  package struct Activation: Hashable, Sendable {
    package let id: TensorID
    package let mode: IntegerMode
  }

  /// What the searches of an integer mode decided.
  package struct Searches: Equatable, Sendable {
    /// Channels were scaled between layers towards equal ranges.
    package var equalizes = false
    /// The integers of each weight were chosen together.
    package var roundsTogether = false
    /// The forms of bias correction that were kept, one on top of the other.
    package var biases: [BiasForm] = []
  }

  /// What biases are corrected for, beyond the statistics of the float model.
  package enum BiasForm: String, CaseIterable, Sendable {
    /// For the inputs that an operator has behind the rounded ones.
    case local
    /// For what these inputs should have been, too.
    case full
    /// They are left as they came.
    case none
  }

  package var operators: [TensorID: Choice] = [:]
  package var activations: [Activation: Affine] = [:]
  package var weights: [TensorID: Weight] = [:]
  package var searches: [IntegerMode: Searches] = [:]

  package init() {}

  package func form(of output: TensorID) -> OperatorForm? { operators[output]?.form }

  /// Notes the form of an operator in the place of one that a pass before left float.
  mutating func note(_ output: TensorID, _ form: OperatorForm, _ reason: Reason? = nil) {
    let known = operators[output]
    if form == .float, let known, known.form != .float { return }
    let reason = reason ?? (form.isInteger ? nil : known?.reason)
    operators[output] = Choice(form: form, reason: reason == .isPlanned(form) ? nil : reason)
  }
}

/// A plan that is to be followed, and the mode that decides on what the plan does not name.
struct PlanRequest: Sendable {
  let file: PlanFile
  let mode: OperatorForm
  let fallback: OperatorForm

  /// Throws `StepFault` where the plan names what the model that came in does not have.
  func given(for model: Model) throws -> GivenPlan {
    GivenPlan(plan: try file.plan(for: model), mode: mode, fallback: fallback)
  }
}

/// A plan for a model, and the mode that decides on what the plan does not name.
struct GivenPlan: Sendable {
  private(set) var plan: Plan
  /// The form that the mode gives to operators that the plan does not name.
  let mode: OperatorForm
  /// The form that the mode gives to those that cannot have its first one.
  let fallback: OperatorForm

  /// Returns why a pass that gives operators `form` leaves one alone, or nil.
  func refusal(of output: TensorID?, _ form: OperatorForm) -> Reason? {
    let named = output.flatMap(plan.form)
    guard let named else {
      return form == mode || form == fallback ? nil : .isPlanned(mode)
    }
    return named == form ? nil : .isPlanned(named)
  }

  /// Gives an operator that passes added the form of another one.
  mutating func add(_ output: TensorID, as other: TensorID) {
    plan.operators[output] = plan.operators[other]
  }

  /// Whether the plan insists on the form.
  func requires(_ form: OperatorForm, of output: TensorID?) -> Bool {
    output.flatMap { plan.operators[$0] }.map { $0.isRequired && $0.form == form } ?? false
  }
}

extension Operator {
  /// What stands for the operator while passes move others around it; nil for one without outputs.
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
