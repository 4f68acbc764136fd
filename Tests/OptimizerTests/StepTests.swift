import Evaluation
import Pipelines
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What a pipeline asks of steps through the protocol alone.
@Suite struct StepTests {
  @Test func `A step's result is a value of its own type`() throws {
    let source = try Fixtures.open("digits_cnn")
    let outcome = try Pipeline(
      [PruneStep(PruneOptions(sparsity: 0.5)), .dynamic], options: RunOptions()
    ).run(on: source)
    let pruning = try #require(outcome.results.first as? PruningSummary)
    #expect(!pruning.isEmpty && outcome.results.count == 2)
    let plan = try #require(outcome.records[1].result as? QuantizeResult).plan.plan
    #expect(Set(plan.operators.values.map(\.form)) == [.float, .dynamic])
  }

  @Test func `Every step has its own name, and every option its own key and flag`() {
    func values<Kind: Step>(_ type: Kind.Type) -> [OptionFacts] { Kind.options.map(\.facts) }
    #expect(Set(StepCatalog.all.steps.map { $0.name }).count == StepCatalog.all.steps.count)
    for step in StepCatalog.all.steps {
      let rows = values(step)
      #expect(Set(rows.map(\.key)).count == rows.count && Set(rows.map(\.flag)).count == rows.count)
      #expect(rows.allSatisfy { !$0.help.isEmpty })
      #expect(step.example.hasPrefix(step.name))
    }
  }

  @Test func `What a step declares as its passes are those that it makes`() {
    func check<Kind: Step>(_ type: Kind.Type) {
      let made = Kind.variants.flatMap { $0.passes(on: CalibrationSource()) }.map {
        Swift.type(of: $0).name
      }
      #expect(Set(made) == Set(Kind.passes.map { $0.name }), "\(Kind.name)")
    }
    for step in StepCatalog.all.steps { check(step) }
  }
}
