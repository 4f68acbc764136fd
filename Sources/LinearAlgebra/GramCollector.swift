import Interpreter
import OpSet
import Platform
import Synchronization
import TFLite

/// Runs a float model on samples and gathers the Gram matrices of its weights' inputs.
///
/// Samples count in the order in which they are given; results are the same bits for any number of
/// threads.
package struct GramCollector: Sendable {
  private let file: ModelFile
  private let options: Interpreter.Options
  private let count: Int
  private let sample: @Sendable (Int) throws -> [DenseArray]
  private let memory: MemoryBudget
  /// Output positions of a sample that a weight's matrix takes at most, for each use.
  private let positions: Int

  /// Rows that a matrix is made from, if samples have as many; more add little.
  package static let wantedRows = 16384
  /// Samples whose rows are kept at the same time.
  private static let batch = 8

  /// `file.model` must be the float model whose weights are asked for. `sample` is called from several
  /// threads, and again for each call of `matrices`.
  package init(
    _ file: ModelFile, samples count: Int, options: Interpreter.Options, memory: MemoryBudget,
    _ sample: @escaping @Sendable (Int) throws -> [DenseArray]
  ) {
    self.file = file
    self.count = count
    self.sample = sample
    self.options = options
    self.memory = memory
    positions = max(64, min(1024, Self.wantedRows / max(count, 1)))
  }

  /// By weight; those that no run reached are missing. Throws `InterpreterFault`.
  package func matrices(of weights: Set<TensorID>) throws -> [TensorID: GramMatrix] {
    var matrices: [TensorID: GramMatrix] = [:]
    let last = last(of: weights)
    let lanes = try lanes {
      try InputLane(file, $0, weights: weights, positions: positions, last: last)
    }
    for first in stride(from: 0, to: count, by: Self.batch) {
      let rows = try rows(first..<min(first + Self.batch, count), lanes)
      for weight in weights.sorted() {
        let blocks = rows.compactMap { $0[weight] }
        guard let shape = blocks.first else { continue }
        let matrix =
          matrices[weight] ?? GramMatrix(groups: shape.groups, depth: shape.depth)
        matrices[weight] = matrix
        matrix.add(
          blocks.filter { $0.groups == shape.groups && $0.depth == shape.depth },
          MatrixProduct(kernels: options.kernels, threads: options.threads))
      }
    }
    for matrix in matrices.values { matrix.mirror() }
    return matrices
  }

  /// Whether the matrices of a weight with so many columns are made at all.
  package func holds(groups: Int = 1, depth: Int) -> Bool {
    GramMatrix.byteCount(groups: groups, depth: depth) <= memory.matrices
  }

  /// The size of a weight's matrices, one for each group of input channels.
  package typealias Size = (id: TensorID, groups: Int, depth: Int)

  /// Bytes of the rows of one batch.
  private func rowBytes(_ size: Size) -> Int {
    Self.batch * positions * size.groups * size.depth * 4
  }

  /// Splits weights, in their order, into rounds whose matrices and rows fit in the budget.
  package func rounds(_ weights: [Size]) -> [Range<Int>] {
    var rounds: [Range<Int>] = []
    var (first, matrices, rows) = (0, 0, 0)
    for (index, weight) in weights.enumerated() {
      matrices += GramMatrix.byteCount(groups: weight.groups, depth: weight.depth)
      rows += rowBytes(weight)
      if matrices > memory.matrices || rows > memory.rows, index > first {
        rounds.append(first..<index)
        first = index
        matrices = GramMatrix.byteCount(groups: weight.groups, depth: weight.depth)
        rows = rowBytes(weight)
      }
    }
    if first < weights.count { rounds.append(first..<weights.count) }
    return rounds
  }

  /// Calls `body` with the matrix of each weight that a run reached, in rounds; a weight that needs too
  /// many bytes alone is left out. `depth` is what the weight's matrix should have as columns.
  package func forEachMatrix(
    of weights: [Size], _ body: (TensorID, GramMatrix) throws -> Void
  ) throws {
    let weights = weights.filter { holds(groups: $0.groups, depth: $0.depth) }
    for round in rounds(weights) {
      let matrices = try matrices(of: Set(weights[round].map(\.id)))
      for weight in weights[round] {
        if let matrix = matrices[weight.id] { try body(weight.id, matrix) }
      }
    }
  }

  /// The last operator that multiplies with one of the weights, behind which runs may end; nil where a
  /// caller may come back to it.
  private func last(of weights: Set<TensorID>) -> TensorID? {
    guard file.model.subgraphs.count == 1 else { return nil }
    let operators = file.model.subgraphs[0].operators
    return operators.lastIndex { entry in
      entry.inputs.map { $0.count > 1 && weights.contains(TensorID(0, $0[1])) } ?? false
    }.map { TensorID(0, $0) }
  }

  /// The same of one weight while `candidate`, a copy of the model with other values, runs; and the
  /// products of the model's rows (rows of the matrix) with the candidate's at the same places
  /// (columns), whose sums are those of the model's. Runs end behind the operator `last`. Nil where
  /// the two do not go the same way, or never reach the weight.
  package func moments(
    of weight: TensorID, in candidate: ModelFile, last: TensorID
  ) throws -> (gram: GramMatrix, cross: GramMatrix)? {
    var found: (gram: GramMatrix, cross: GramMatrix)?
    let (own, others) = (
      try lanes { try InputLane(file, $0, weights: [weight], positions: positions, last: last) },
      try lanes {
        try InputLane(candidate, $0, weights: [weight], positions: positions, last: last)
      }
    )
    let product = MatrixProduct(kernels: options.kernels, threads: options.threads)
    for first in stride(from: 0, to: count, by: Self.batch) {
      let range = first..<min(first + Self.batch, count)
      for (row, other) in zip(try rows(range, own), try rows(range, others)) {
        guard let row = row[weight], let other = other[weight] else { continue }
        let known =
          found
          ?? (
            GramMatrix(groups: row.groups, depth: row.depth),
            GramMatrix(groups: row.groups, depth: row.depth)
          )
        found = known
        guard row.groups == known.gram.groups, row.depth == known.gram.depth,
          other.groups == row.groups, other.depth == row.depth, other.count == row.count
        else { return nil }
        known.gram.add([other], product)
        known.cross.add([row], crossed: [other], product)
      }
    }
    found?.gram.mirror()
    return found
  }

  private func lanes(
    _ make: @Sendable (Interpreter.Options) throws -> InputLane
  ) throws -> LanePool<InputLane> {
    try LanePool(options, most: min(count, Self.batch), make: make)
  }

  /// By sample and weight.
  private func rows(
    _ range: Range<Int>, _ lanes: LanePool<InputLane>
  ) throws -> [[TensorID: InputRows]] {
    let found = Mutex<[[TensorID: InputRows]]>(Array(repeating: [:], count: range.count))
    let sample = sample
    try lanes.forEach(range) { lane, index in
      let rows = try lane.run(try sample(index), seed: index)
      found.withLock { $0[index - range.lowerBound] = rows }
    }
    return found.withLock { $0 }
  }
}
