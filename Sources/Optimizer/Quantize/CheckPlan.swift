import OpSet
import TFLite

/// Checks that every operator has the form that a plan requires.
///
/// Changes nothing. An operator may lack a kernel of the form, or a constant that the form needs:
/// then the step fails and names all such operators.
package struct CheckPlan: Pass {
  package static let name = "check-plan"
  package static let summary = "check that operators have the forms that a plan insists on"

  let plan: PlanRequest

  package func run(on model: inout Model, in job: inout Job) throws {
    let source = job.file.model
    let given = try plan.given(for: source)
    let found = job.plan.completed(for: source, job.log.reasons)
    var faults: [OptimizerFault.PlannedOperator] = []
    for (s, subgraph) in source.subgraphs.enumerated() {
      for (o, entry) in subgraph.operators.enumerated() {
        guard let key = entry.planKey(in: s), let wanted = given.plan.operators[key],
          wanted.isRequired, let choice = found.operators[key], choice.form != wanted.form
        else { continue }
        faults.append(
          .init(
            place: OperatorPlace(subgraph: s, index: o), name: source.name(of: entry),
            planned: wanted.form, found: choice.form,
            reason: choice.reason == .isPlanned(wanted.form) ? nil : choice.reason))
      }
    }
    if !faults.isEmpty { throw OptimizerFault.notAsPlanned(faults) }
  }
}

extension Plan {
  /// Returns the plan with every operator of the input model except conversions. `reasons` say why
  /// constants stayed unchanged.
  func completed(for model: Model, _ reasons: [TensorID: Reason]) -> Plan {
    var complete = self
    for (s, subgraph) in model.subgraphs.enumerated() {
      for entry in subgraph.operators where !entry.isConversion(in: model) {
        guard let key = entry.planKey(in: s), form(of: key) ?? .float == .float else { continue }
        let reason = (entry.inputs ?? []).lazy.filter { $0 >= 0 }
          .compactMap { reasons[TensorID(s, $0)] }.first
        complete.note(key, .float, operators[key]?.reason ?? reason)
      }
    }
    return complete
  }
}
