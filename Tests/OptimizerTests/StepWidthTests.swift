import Evaluation
import Interpreter
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Judge: the integers and scales of the written file, and sums over them in double precision.
@Suite struct StepWidthTests {
  private static let rows = 32
  private static let columns = 64

  private func layer(_ values: [Float]) throws -> ModelFile {
    var maker = ModelMaker()
    let input = maker.input("x", [1, Int32(Self.columns)])
    let filter = maker.constant("w", [Int32(Self.rows), Int32(Self.columns)], values)
    let output = maker.operation(
      "FULLY_CONNECTED", [input, filter, -1], "y", [1, Int32(Self.rows)],
      options: OptionTag.fullyConnected)
    maker.output(output)
    return try maker.file()
  }

  /// Every `period`th value stays.
  private func sparse(_ period: Int) -> [Float] {
    weights(Self.rows * Self.columns).enumerated().map { $0 % period == 0 ? $1 : 0 }
  }

  private func integers(_ result: Optimized) throws -> [Int] {
    try result.file.bytes(of: try #require(result.file.tensor("w")))
      .map { Int(Int8(bitPattern: $0)) }
  }

  /// What the integers stand for.
  private func values(_ result: Optimized) throws -> [Double] {
    let scales = try #require(result.file.tensor("w")?.quantization?.scale)
    return try integers(result).enumerated().map { Double($1) * Double(scales[$0 / Self.columns]) }
  }

  private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  private func told(_ result: Optimized) -> [Int] {
    result.outcome.plan.weights.values.filter(\.isNarrow).map(\.greatest)
  }

  @Test(arguments: [0.5, 0.7]) func `Rounding adds a hundredth of what pruning took`(
    sparsity: Double
  ) throws {
    let dense = weights(Self.rows * Self.columns)
    let prune = try PruneStep([("sparsity", "\(sparsity)")])
    let pruned = try Optimized(try layer(dense), prune)
    let result = try Optimized(try layer(dense), prune, .dynamic)
    let kept = try pruned.file.floats(of: try #require(pruned.file.tensor("w"))).map(Double.init)
    let found = try integers(result)
    let greatest = found.map(abs).max() ?? 0
    #expect(greatest < 64 && greatest >= 15 && told(result) == [greatest])
    for (value, integer) in zip(kept, found) where value == 0 { #expect(integer == 0) }
    let taken = distance(kept, dense.map(Double.init))
    // A fiftieth, as steps are rounded up to whole integers.
    #expect(distance(try values(result), kept) < 0.025 * taken)
  }

  @Test func `Without samples a weight that came sparse keeps its steps`() throws {
    let result = try Optimized(try layer(sparse(4)), .dynamic)
    #expect(try integers(result).map(abs).max() == 127 && told(result).isEmpty)
  }

  @Test func `Dense weights and clusters keep their steps`() throws {
    let cluster = ClusterTests.step(16) { $0.scope = .shared }
    let clustered = try Optimized(try layer(sparse(2)), cluster)
    let dense = try layer(weights(Self.rows * Self.columns))
    for file in [dense, try layer(sparse(1)), clustered.file] {
      let result = try Optimized(file, .dynamic)
      let found = try integers(result)
      for row in stride(from: 0, to: found.count, by: Self.columns) {
        #expect(found[row..<row + Self.columns].map(abs).max() == 127)
      }
      #expect(told(result).isEmpty)
    }
  }

  @Test func `With samples steps are as wide as the outputs allow`() throws {
    let file = try layer(weights(Self.rows * Self.columns))
    let samples = try IntegerModel.samples(of: file, 24)
    func pruned(threads: Int = 1, effort: Int) throws -> Optimized {
      var quantize = QuantizeStep(mode: .int8)
      quantize.integer?.effort = effort
      return try Optimized(
        file, try PruneStep([("sparsity", "0.7")]), quantize, threads: threads,
        samples: CalibrationSource(count: samples.count) { samples[$0] })
    }
    func error(_ result: Optimized) throws -> Double {
      let (float, integer) = (try Interpreter(file), try Interpreter(result.file))
      var (difference, size) = (0.0, 0.0)
      for sample in samples {
        let wanted = try floats(float.run(sample)[0])
        difference += distance(try floats(integer.run(sample)[0]), wanted)
        size += distance(wanted, wanted.map { _ in 0 })
      }
      return (difference / size).squareRoot()
    }
    let (narrow, wide) = (try pruned(effort: 1), try pruned(effort: 2))
    let found = try integers(wide)
    let greatest = found.map(abs).max() ?? 0
    #expect(greatest < 127 && told(wide) == [greatest] && told(narrow).isEmpty)
    #expect(try error(wide) <= 1.1 * error(narrow))
    #expect(found.count { $0 == 0 } >= Int(0.7 * Double(found.count)) - 1)
    #expect(try integers(pruned(threads: 3, effort: 2)) == found)
  }

  private func floats(_ array: DenseArray) -> [Double] {
    array.bytes.withUnsafeBytes { $0.bindMemory(to: Float.self).map(Double.init) }
  }
}
