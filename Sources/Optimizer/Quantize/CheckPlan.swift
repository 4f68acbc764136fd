import OpSet
import TFLite

/// Checks that every operator has the form that a plan insists on.
///
/// Changes nothing. An operator may lack a kernel of the form, or a constant that the form needs: then
/// the step fails and names all such operators.
package struct CheckPlan: Pass {
  package static let name = "check-plan"
  package static let summary = "check that operators have the forms that a plan insists on"

  let plan: PlanRequest

  package func run(on model: inout Model, in job: inout Job) throws {
    let given = try plan.given(for: job.file.model)
    let found = job.completedPlan
    let source = job.file.model
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

extension Job {
  /// The plan that was decided so far, with every operator of the model that came in but conversions.
  var completedPlan: Plan {
    var complete = plan
    for (s, subgraph) in file.model.subgraphs.enumerated() {
      for entry in subgraph.operators where !entry.isConversion(in: file.model) {
        guard let key = entry.planKey(in: s), plan.form(of: key) ?? .float == .float else {
          continue
        }
        let reason = (entry.inputs ?? []).lazy.filter { $0 >= 0 }
          .compactMap { log.reasons[TensorID(s, $0)] }.first
        complete.note(key, .float, plan.operators[key]?.reason ?? reason)
      }
    }
    return complete
  }
}
