import Fixes
import Optimizer

/// The available steps.
package struct StepCatalog: Sendable {
  package let steps: [any Step.Type]

  /// All steps of the tool, in the order that suits most pipelines.
  package static let all = StepCatalog([
    RewriteStep.self,
    FixStep.self,
    PruneStep.self,
    ClusterStep.self,
    FinetuneStep.self,
    QuantizeStep.self,
  ])

  package init(_ steps: [any Step.Type]) { self.steps = steps }

  /// Returns the step that `name:key=value,…` stands for.
  package func step(_ text: String) throws(StepFault) -> any Step {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    var pairs: GivenOptions.Pairs = []
    for item in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      pairs.append((String(parts[0]), parts.count > 1 ? String(parts[1]) : "true"))
    }
    return try step(String(parts[0]), GivenOptions(pairs))
  }

  /// Returns the step of that name with those options.
  package func step(_ name: String, _ given: GivenOptions) throws(StepFault) -> any Step {
    guard let type = steps.first(where: { $0.name == name }) else {
      throw StepFault(
        "unknown step '\(name)'" + suggestion(for: name, among: steps.map { $0.name }),
        help: "steps: " + steps.map { $0.example }.joined(separator: ", "))
    }
    return try type.made(given)
  }

  /// All passes, in the order in which a pipeline can run them.
  package var passes: [any Pass.Type] {
    let all =
      Pipeline.firstPasses.map { type(of: $0) } + steps.flatMap { $0.passes }
      + Pipeline.lastPasses.map { type(of: $0) }
    var names: Set<String> = []
    return all.filter { names.insert($0.name).inserted }
  }
}
