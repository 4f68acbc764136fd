import TFLite
import TestSupport
import Testing

@testable import Fixes
@testable import Optimizer

/// What holds for all rules: a rule that changes outputs is taken back and said, and a model to which no
/// rule applies stays as it is.
@Suite struct FixGraphTests {
  /// Makes differences of sums.
  private struct WrongRule: FixRule {
    static let name = "wrong"
    static let summary = "turns sums into differences"
    static let isExact = false

    func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
      let entry = editor.operators[index]
      guard editor.kind(of: entry) == .add else { return false }
      let difference = editor.operation(
        .subtract, entry.inputs ?? [], entry.outputs ?? [], tag: SubOptions.activation.tag)
      editor.replace(index, with: difference)
      return true
    }
  }

  private func model() throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let a = maker.operation("TANH", [x], "a", [1, 4])
    let b = maker.operation("TANH", [x], "b", [1, 4])
    let c = maker.operation("ADD", [a, b], "c", [1, 4], options: OptionTag.add)
    maker.output(c)
    return try maker.file()
  }

  @Test func `Where no input runs, outputs count as not compared`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4])
    let a = maker.operation("TANH", [x], "a", [1, 4])
    let b = maker.operation("TANH", [x], "b", [1, 4])
    let c = maker.operation("ADD", [a, b], "c", [1, 4], options: OptionTag.add)
    // A random shape does not fit.
    maker.output(maker.operation("RESHAPE", [c, maker.input("shape", [1], .int32)], "y", [4]))
    let file = try maker.file()
    var model = file.model
    var job = Job(file: file, options: RunOptions(), selection: Selection())
    try FixGraph(rules: [EqualOperators.self, WrongRule.self]).run(on: &model, in: &job)
    let result = try #require(job.findings[FixResult.self])
    #expect(model.subgraphs[0].operators.map { model.kind(of: $0) } == [.tanh, .add, .reshape])
    #expect(result.refused.map(\.name) == ["wrong"])
    guard case .notRun? = result.check else {
      Issue.record("outputs were said to be compared")
      return
    }
  }

  @Test func `A rule that changes outputs is taken back, the others stay`() throws {
    let file = try model()
    var model = file.model
    var job = Job(file: file, options: RunOptions(), selection: Selection())
    try FixGraph(rules: [EqualOperators.self, WrongRule.self]).run(on: &model, in: &job)
    let result = try #require(job.findings[FixResult.self])
    #expect(model.subgraphs[0].operators.map { model.kind(of: $0) } == [.tanh, .add])
    #expect(result.refused.map(\.name) == ["wrong"])
    #expect(result.operatorsBefore == 3 && result.operatorsAfter == 2)
    guard case .differs(let output, _) = result.refused.first?.why else {
      Issue.record("it was not refused for its outputs")
      return
    }
    #expect(output == "c")
  }

  @Test func `Nothing to rewrite leaves the model as it is`() throws {
    var maker = ModelMaker()
    maker.output(maker.operation("TANH", [maker.input("x", [1, 4])], "y", [1, 4]))
    let source = try maker.file()
    let result = try Optimized(source, FixStep())
    #expect(!result.outcome.isChanged)
    #expect(result.outcome.model == source.model)
  }

  @Test(
    "Fixtures keep their outputs, and their file does not grow",
    arguments: [
      "digits_cnn", "digits_cnn_float16", "sparse_float16", "digits_cnn_int8", "sequence_lstm",
    ])
  func fixtures(name: String) throws {
    let source = try Fixtures.open(name)
    let fixed = try Fixed(source)
    #expect(fixed.difference < 1e-6)
    #expect(fixed.result.operatorsAfter <= fixed.result.operatorsBefore)
    #expect(fixed.result.refused.isEmpty)
    #expect(
      fixed.result.operatorsAfter
        == fixed.file.model.subgraphs.reduce(0) { $0 + $1.operators.count })
  }

  @Test func `Layout chains have the fewest operators`() {
    var order = AxisOrder([1, 64, 96])
    let steps = [
      order.transpose([0, 2, 1]), order.reshape([1, 96, 1, 64]), order.transpose([0, 2, 3, 1]),
    ]
    #expect(steps == [true, true, true])
    #expect(order.moves == [.reshape([1, 1, 64, 96])])
    var heads = AxisOrder([1, 64, 96])
    let parts = [heads.reshape([64, 4, 24]), heads.transpose([1, 0, 2])]
    #expect(parts == [true, true])
    #expect(heads.moves == [.reshape([64, 4, 24]), .transpose([1, 0, 2], to: [4, 64, 24])])
    // A size that is no multiple cuts through an axis.
    var wrong = AxisOrder([2, 3])
    let refused = [wrong.transpose([1, 0]), wrong.reshape([2, 3])]
    #expect(refused == [true, false])
  }
}
