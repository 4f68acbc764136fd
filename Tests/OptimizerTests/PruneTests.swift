import Evaluation
import Interpreter
import TFLite
import TestSupport
import Testing

@testable import LinearAlgebra
@testable import Optimizer

/// Sorting, exhaustive search and the normal equations judge; zeros are counted in the file that was
/// written.
@Suite struct PruneTests {
  private func prune(_ options: (key: String, value: String)...) throws -> PruneStep {
    try PruneStep(options)
  }

  private func unit(_ count: Int, _ seed: UInt64) -> [Float] {
    unitValues(count, seed: seed)
  }

  @Test("The least scores go, of equal ones the first", arguments: [0, 1, 7, 500, 999, 1000])
  func least(count: Int) {
    // A tenth of the values repeat.
    let scores = unit(1000, 3).map { ($0 * 300).rounded() / 300 }
    var keep = [UInt8](repeating: 9, count: 1000)
    scores.withUnsafeBufferPointer { LeastScores.drop(count, of: $0, &keep) }
    let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    for (rank, index) in order.enumerated() { #expect(keep[index] == (rank < count ? 0 : 1)) }
  }

  @Test(
    "At most n of m neighbours stay, the greatest", arguments: [(2, 4), (1, 4), (3, 5), (4, 8)])
  func groups(kept: Int, all: Int) throws {
    let shape = MatrixShape(rows: 5, columns: 3 * 13, channels: 13)
    let scores = unit(shape.count, 8)
    let pattern = try #require(SparsityPattern("\(kept):\(all)"))
    var keep = [UInt8](repeating: 9, count: shape.count)
    scores.withUnsafeBufferPointer {
      pattern.choose($0.baseAddress!, shape, zeros: 0, &keep)
    }
    for run in 0..<shape.count / 13 {
      for first in stride(from: 0, to: 13, by: all) {
        let places = (first..<min(first + all, 13)).map { run * 13 + $0 }
        let best = Set(places.sorted { scores[$0] > scores[$1] }.prefix(kept))
        for place in places { #expect(keep[place] == (best.contains(place) ? 1 : 0)) }
      }
    }
    #expect(pattern.zeros(pattern.ownSparsity ?? 0, of: shape) == keep.count { $0 == 0 })
  }

  @Test func `Blocks go as a whole, those with the least sums`() {
    let shape = MatrixShape(rows: 3, columns: 10, channels: 10)
    let scores = unit(30, 5)
    var keep = [UInt8](repeating: 9, count: 30)
    scores.withUnsafeBufferPointer {
      SparsityPattern.block(size: 4).choose($0.baseAddress!, shape, zeros: 15, &keep)
    }
    let blocks = (0..<3).flatMap { row in
      [(0, 4), (4, 4), (8, 2)].map { Array(row * 10 + $0.0..<row * 10 + $0.0 + $0.1) }
    }
    // 15 of 30 weights are 4.5 of 9 blocks, rounded to 5 as schoolbooks do.
    let sums = blocks.map { block in block.reduce(Float(0)) { $0 + scores[$1] } }
    let gone = Set(blocks.indices.sorted { sums[$0] < sums[$1] }.prefix(5))
    for (index, block) in blocks.enumerated() {
      for place in block { #expect(keep[place] == (gone.contains(index) ? 0 : 1)) }
    }
  }

  @Test("Options are read, and wrong ones refused")
  func options() throws {
    let step = try PruneStep([
      ("sparsity", "0.7"), ("scope", "global"), ("depthwise", "true"),
    ]).options
    #expect(step.sparsity == 0.7 && step.scope == .global && step.depthwise && !step.skipFirst)
    #expect(try PruneStep([("pattern", "1:4")]).options.sparsity == 0.75)
    let wrong: [[(key: String, value: String)]] = [
      [], [("sparsity", "0")], [("sparsity", "1")], [("sparsity", "x")], [("sparsity", "nan")],
      [("sparsity", "0.5"), ("pattern", "4:2")], [("pattern", "channels")],
      [("sparsity", "0.6"), ("pattern", "2:4")], [("pattern", "2:4"), ("scope", "global")],
      [("sparsity", "0.5"), ("clusters", "3")], [("sparsity", "0.5"), ("depthwise", "2")],
    ]
    for options in wrong {
      #expect(throws: StepFault.self) { try PruneStep(options) }
    }
  }

  @Test("Each weight has its zeros, kept values their bits", arguments: Fixtures.names)
  func zeros(name: String) throws {
    let source = try Fixtures.open(name)
    guard (try? source.model.checkRunnable()) != nil else { return }
    let result = try Optimized(source, prune(("sparsity", "0.6")))
    for (id, pruned) in result.outcome.pruning.zeros {
      let former = source.model[id]
      guard former.type == .float32, former.sparsity == nil,
        let before = source.model.data(of: id),
        let after = result.model.data(of: result.outcome.log.moves?(id) ?? id)
      else { continue }
      let old = try floats(before, source)
      let new = try floats(after, result.file)
      guard new.count == old.count else {
        Issue.record("\(former.label) has another size")
        continue
      }
      let wanted = max(Int((0.6 * Double(old.count)).rounded()), old.count { $0 == 0 })
      #expect(new.count { $0 == 0 } == wanted && pruned.zeros == wanted, "\(former.label)")
      for (a, b) in zip(old, new) where b != 0 { #expect(a.bitPattern == b.bitPattern) }
      let cut = old.enumerated().filter { new[$0.offset] == 0 }.map { abs($0.element) }.max() ?? 0
      #expect(new.filter { $0 != 0 }.allSatisfy { abs($0) >= cut })
    }
  }

  private func floats(_ data: TensorData, _ file: ModelFile) throws -> [Float] {
    try DataReader(data, file: file.bytes).withBytes(in: 0..<data.count) { bytes in
      (0..<data.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  @Test func `Zeros are shared out as an exhaustive search does`() {
    var layers: [SparsityBudget.Layer] = []
    for (elements, scale) in [(60, 1.0), (40, 0.2), (20, 3.0)] {
      var layer = SparsityBudget.Layer(elements: elements, least: 0)
      for share in [3, 5, 8] {
        layer.add(zeros: elements * share / 10, noise: scale * Double(share * share))
      }
      layers.append(layer)
    }
    let budget = SparsityBudget(layers: layers)
    for total in [0, 1, 30, 60, 90] {
      let shares = budget.shares(total: total)
      var best = Double.infinity
      for a in 0...48 {
        for b in 0...32 where (0...16).contains(total - a - b) {
          let cost =
            layers[0].noise(a) + layers[1].noise(b) + layers[2].noise(total - a - b)
          best = min(best, cost)
        }
      }
      let found = zip(layers, shares).reduce(0) { $0 + $1.0.noise($1.1) }
      #expect(shares.reduce(0, +) == total)
      #expect(found <= best * (1 + 1e-9) + 1e-12)
    }
  }

  @Test func `Kept weights fulfil the normal equations on their support`() throws {
    let (rows, columns, count) = (7, 24, 400)
    let x = unit(count * columns, 4).enumerated().map { index, value in
      Double(value) + (index % columns > 0 ? 0.7 * Double(index % 5) / 5 : 0)
    }
    // Neighbours depend on each other.
    func input(_ row: Int, _ column: Int) -> Double {
      x[row * columns + column] + (column > 0 ? 0.8 * x[row * columns + column - 1] : 0)
    }
    let gram = GramMatrix(
      rows: (0..<count).map { row in (0..<columns).map { input(row, $0) } })
    let values = FloatMatrix(rows: rows, columns: columns)
    for (index, value) in unit(rows * columns, 9).enumerated() { values.base[index] = value - 0.5 }
    let shape = MatrixShape(rows: rows, columns: columns, channels: columns)
    let solver = LayerSolver(
      values, shape, .unstructured, gram: gram, isCentred: true, MatrixProduct(threads: 2))
    let result = solver.solve(zeros: 84)
    #expect(result.zeros == 84)
    let covariance = gram.covariance(0, damping: gram.damping)
    var error = 0.0
    for row in 0..<rows {
      let difference = (0..<columns).map { Double(values[row][$0] - result[row][$0]) }
      for a in 0..<columns {
        let slope = (0..<columns).reduce(0.0) { $0 + Double(covariance[a][$1]) * difference[$1] }
        if result[row][a] != 0 { #expect(abs(slope) < 1e-3) }
        error += slope * difference[a]
      }
    }
    // Magnitude pruning and nothing else.
    let order = (0..<rows * columns).sorted { abs(values.base[$0]) < abs(values.base[$1]) }
    var gone = [Double](repeating: 0, count: rows * columns)
    for index in order.prefix(84) { gone[index] = Double(values.base[index]) }
    var plain = 0.0
    for row in 0..<rows {
      for a in 0..<columns {
        for b in 0..<columns {
          plain += gone[row * columns + a] * Double(covariance[a][b]) * gone[row * columns + b]
        }
      }
    }
    #expect(error < plain / 2)
  }

  @Test func `The sparse encoding is that of the format's worked example`() throws {
    let values: [Float] = [0, 0, 0, 0, 1, 2, 0, 4] + [Float](repeating: 0, count: 8)
    let encoding = SparseEncoding(
      [UInt8](of: values), elementSize: 4, shape: [2, 8], block: 4)
    #expect(encoding.values == [UInt8](of: [1, 2, 0, 4] as [Float]))
    #expect(encoding.sparsity.traversalOrder == [0, 1, 2] && encoding.sparsity.blockMap == [1])
    let levels = encoding.sparsity.dimensions
    #expect(levels.map(\.format) == [0, 1, 0] && levels.map(\.denseSize) == [2, 0, 4])
    #expect(levels[1].segments == .uint8([0, 1, 1]) && levels[1].indices == .uint8([1]))
  }

  @Test func `Threads change no byte of a model pruned with samples`() throws {
    let source = try Fixtures.open("keyword_1d")
    let samples = try IntegerModel.samples(of: source, 6)
    let results = try [1, 3].map { threads in
      try Optimized(
        source, prune(("sparsity", "0.5")), threads: threads,
        samples: CalibrationSource(count: 6) { samples[$0] })
    }
    #expect(Array(results[0].file.bytes) == Array(results[1].file.bytes))
    let pruned = results[0].outcome.pruning
    let total = pruned.zeros.values.reduce((0, 0)) { ($0.0 + $1.zeros, $0.1 + $1.elements) }
    #expect(abs(Double(total.0) - 0.5 * Double(total.1)) <= Double(pruned.zeros.count) / 2 + 1)
  }

  /// A weight takes 53 bytes: four gradients, four copies in students, its value, what stands for it, two
  /// moments and a score as floats, and a byte for whether it is kept. Half of the budget is for them.
  @Test("Gradients that do not fit are left out with a warning", arguments: [0, 1])
  func memory(missing: Int) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 16])
    maker.output(maker.dense(x, "a", depth: 16, units: 64, seed: 3))
    maker.output(maker.dense(x, "b", depth: 16, units: 32, seed: 4))
    let source = try maker.file()
    let samples = try IntegerModel.samples(of: source, 24)
    let elements = 64 * 16 + 64 + 32 * 16 + 32
    let result = try Optimized(
      source, prune(("sparsity", "0.5")), maxMemory: 2 * 53 * elements - missing,
      samples: CalibrationSource(count: 24) { samples[$0] })
    let pruned = result.outcome.pruning
    #expect(pruned.zeros.values.reduce(0) { $0 + $1.zeros } == 48 * 16 && pruned.isSolved)
    let warnings = try #require(pruned.calibration).warnings
    #expect(warnings.count { $0.contains("gradients do not fit") } == missing)
    #expect(warnings.count { $0.contains("by magnitude") } == 0)
  }
}
