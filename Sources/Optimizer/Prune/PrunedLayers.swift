import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Samples
import TFLite

/// Prunes layers, each by itself, by the Gram matrix of its inputs.
struct PrunedLayers {
  let model: Model
  let targets: [PruneTarget]
  let pattern: SparsityPattern
  let samples: SampleSource
  let context: PassContext
  let options: Interpreter.Options

  /// Bytes of Gram matrices that are kept at once.
  private static let room = 1 << 30

  var product: MatrixProduct { MatrixProduct(threads: context.options.threads) }

  /// Calls `body` for each target in order with a function that prunes it, whose Gram matrices are
  /// gathered for as many targets at once as memory allows.
  func forEach(
    on order: [Int],
    _ body: (_ index: Int, _ solve: (_ zeros: Int) -> PrunedWeight) throws -> Void
  ) throws {
    let room = min(Self.room, context.options.maxMemory ?? Self.room)
    var first = 0
    while first < targets.count {
      var (end, bytes) = (first, 0)
      while end < targets.count {
        let columns = targets[end].layout.columns
        bytes += GramMatrix.byteCount(
          groups: targets[end].layout.isDepthwise ? targets[end].layout.rows : 1, depth: columns)
        if bytes > room, end > first { break }
        end += 1
      }
      let matrices = try gramMatrices(of: first..<end, on: order)
      for index in first..<end {
        try prune(index, matrices[index], body)
      }
      first = end
    }
  }

  private func gramMatrices(
    of range: Range<Int>, on order: [Int]
  ) throws -> [Int: GramMatrix] {
    let ids = range.flatMap { targets[$0].constants.map(\.id) }
    let samples = samples
    let found = try GramCollector(
      context.file.with(model), samples: order.count, options: options
    ) {
      try samples.sample(order[$0])
    }.matrices(of: Set(ids))
    var matrices: [Int: GramMatrix] = [:]
    for index in range {
      let all = targets[index].constants.compactMap { found[$0.id] }
      guard let sum = all.first else { continue }
      for other in all.dropFirst() where other.groups == sum.groups && other.depth == sum.depth {
        sum.add(other)
      }
      matrices[index] = sum
    }
    return matrices
  }

  private func prune(
    _ index: Int, _ gram: GramMatrix?,
    _ body: (_ index: Int, _ solve: (_ zeros: Int) -> PrunedWeight) throws -> Void
  ) throws {
    let target = targets[index]
    let values = try target.values(model, context)
    let isCentred = model.canShiftBiases(of: target, context)
    let solver = LayerSolver(
      values, target.shape, pattern, gram: gram, isCentred: isCentred, product)
    try body(index) { zeros in
      let result = solver.solve(zeros: zeros)
      return PrunedWeight(
        data: target.data(of: result), zeros: result.zeros,
        shift: isCentred ? gram.map { $0.shift(from: values, to: result) } : nil)
    }
  }
}

extension GramMatrix {
  /// Relative to the mean of the diagonal; more where there are fewer rows than columns.
  var damping: Double { 0.01 * max(1, 4 * Double(depth) / Double(max(count, 1))) }

  /// How the outputs' means fall when weights change: Σ (w − ŵ) × mean, by row.
  fileprivate func shift(from values: FloatMatrix, to result: FloatMatrix) -> [Double] {
    shift(rows: values.rows) { Double(values[$0][$1] - result[$0][$1]) }
  }
}
