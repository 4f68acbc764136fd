import Evaluation
import Interpreter
import TFLite
import TestSupport
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// Pruning and clustering with samples, judged by the outputs on samples that they never saw, and by
/// what the same steps do without samples; fitted codebooks by every small change of their values.
@Suite struct CompressedOutputTests {
  private func model() throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 32])
    let first = maker.dense(x, "a", depth: 32, units: 24, seed: 3)
    let relu = maker.operation("RELU", [first], "r", [1, 24])
    maker.output(maker.dense(relu, "y", depth: 24, units: 12, seed: 4))
    return try maker.file()
  }

  /// Inputs that a few hidden values decide, as pixels of photos depend on one another.
  private func samples(_ count: Int, seed: UInt64) -> [[DenseArray]] {
    let mixing = weights(32 * 5, seed: 77)
    return (0..<count).map { number in
      let hidden = unitValues(5, seed: seed + UInt64(number)).map { $0 - 0.3 }
      let noise = unitValues(32, seed: seed + UInt64(number) + 500)
      let values = (0..<32).map { row in
        (0..<5).reduce(0.1 * noise[row]) { $0 + mixing[row * 5 + $1] * hidden[$1] }
      }
      return [.floats(values, [1, 32])]
    }
  }

  private func errors(_ step: any Step) throws -> (plain: Double, fitted: Double) {
    let source = try model()
    let known = samples(80, seed: 1)
    let plain = try Optimized(source, step)
    let fitted = try Optimized(
      source, step, samples: CalibrationSource(count: known.count) { known[$0] })
    let others = samples(60, seed: 9000)
    return (
      try plain.file.relativeError(against: source, on: others),
      try fitted.file.relativeError(against: source, on: others)
    )
  }

  @Test("PruneSearch and PruneDistillation beat magnitude", arguments: ["0.5", "0.7"])
  func pruning(_ sparsity: String) throws {
    let found = try errors(PruneStep([("sparsity", sparsity)]))
    #expect(found.plain > 0.1 && found.fitted < found.plain / 4, "\(found)")
  }

  /// The values of channels' own codebooks are not fitted; biases are.
  @Test(
    "ClusteredModel beats clusters that samples had no part in",
    arguments: [
      (ClusterScope.tensor, 0.8), (.shared, 0.8), (.channel, 1.0),
    ])
  func clustering(_ scope: ClusterScope, _ share: Double) throws {
    let found = try errors(ClusterTests.step(4) { $0.scope = scope })
    #expect(found.plain > 0.01 && found.fitted <= found.plain * share, "\(found)")
  }

  /// Σ (w − ŵ)ᵀ C (w − ŵ) over the rows, with the damped covariance that the fit uses.
  @Test(
    "ClusterRefit has values that no small change makes better",
    arguments: [
      ClusterScope.tensor, .shared,
    ])
  func refit(_ scope: ClusterScope) throws {
    let source = try model()
    var job = Job(file: source, options: RunOptions(), selection: Selection())
    job.selection = Selection()
    let weight = try #require(
      CompressibleWeight.choice(
        job.floatConstants(of: source.model), in: source.model, job
      ).weights.first { $0.constant.tensor.label == "a/w" })
    let before = try job.floats(of: weight.constant.id, in: source.model)
    let gram = GramMatrix(
      rows: samples(200, seed: 5).map { $0[0].bytes.elements(Float.self).map(Double.init) })
    let data = try #require(source.model.data(of: weight.constant.id))
    let plan = try ClusterPlan(
      ValueSource(
        reader: job.reader(data), layout: weight.layout, integers: nil, importance: nil),
      ClusterTests.step(6) { $0.scope = scope }.options)
    let refit = try #require(
      ClusterRefit(weight: weight, gram: gram, before: before, plan: plan).refitted())
    let covariance = gram.covariance(0, damping: 0.01)
    func loss(_ values: [Float]) -> Double {
      stride(from: 0, to: values.count, by: 32).reduce(0.0) { total, row in
        let apart = (0..<32).map { Double(before[row + $0]) - Double(values[row + $0]) }
        return total
          + (0..<32).reduce(0.0) { sum, a in
            sum + apart[a] * (0..<32).reduce(0.0) { $0 + Double(covariance[a][$1]) * apart[$1] }
          }
      }
    }
    let (old, new) = (plan.transform.applied(to: before), refit.transform.applied(to: before))
    #expect(loss(new) < loss(old))
    // All elements of one value, or of one row, move together.
    let sets = Dictionary(grouping: new.indices) { index in
      scope == .tensor ? Int(new[index].bitPattern) : index / 32
    }
    for members in sets.values where new[members[0]] != 0 {
      for factor in [0.98, 1.02] as [Float] {
        var moved = new
        for index in members { moved[index] *= factor }
        #expect(loss(moved) > loss(new) * (1 - 1e-6))
      }
    }
  }
}
