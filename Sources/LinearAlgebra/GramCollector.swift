import Interpreter
import OpSet
import Platform
import TFLite

/// Runs a float model on samples and collects the Gram matrices of its weights' inputs.
///
/// Samples are added in the given order, so results are the same bits for any number of threads.
package struct GramCollector: Sendable {
  private let file: ModelFile
  private let options: Interpreter.Options
  private let count: Int
  private let sample: @Sendable (Int) throws -> [DenseArray]
  private let memory: MemoryBudget
  /// The most output positions of a sample that are added to a weight's matrix, for each use.
  private let positions: Int

  /// The number of rows to make a matrix from, if samples have as many; more add little.
  package static let wantedRows = 16384
  /// The most samples whose rows are kept at the same time.
  static let batch = 8

  /// `file.model` must be the float model that has the weights. `sample` is called from several
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

  /// The size of a weight's matrices, one for each group of input channels.
  package typealias Size = (id: TensorID, groups: Int, depth: Int)

  /// Returns the matrices by weight; those of weights that no run reached are missing. Throws
  /// `InterpreterFault`.
  package func matrices(of weights: [Size]) throws -> [TensorID: GramMatrix] {
    var matrices: [TensorID: GramMatrix] = [:]
    let parts = parts(weights)
    let lanes = try lanes(of: file)
    let product = MatrixProduct(kernels: options.kernels, threads: options.threads)
    let stage = ProgressStage("collecting inputs", of: count, "samples")
    defer { stage.end() }
    for first in stride(from: 0, to: count, by: Self.batch) {
      defer { stage.advance(by: Self.batch) }
      let range = first..<min(first + Self.batch, count)
      var snapshots = [Snapshot?](repeating: nil, count: range.count)
      for part in parts {
        for start in stride(from: 0, to: range.count, by: part.batch) {
          let some = start..<min(start + part.batch, range.count)
          var ends = Array(snapshots[some])
          let rows = try rows(
            first + some.lowerBound..<first + some.upperBound, part, lanes, &ends)
          snapshots.replaceSubrange(some, with: ends)
          for weight in part.weights.sorted() {
            let blocks = rows.compactMap { $0[weight] }
            guard let shape = blocks.first else { continue }
            let matrix =
              matrices[weight] ?? GramMatrix(groups: shape.groups, depth: shape.depth)
            matrices[weight] = matrix
            matrix.add(
              blocks.filter { $0.groups == shape.groups && $0.depth == shape.depth }, product)
          }
        }
      }
    }
    for matrix in matrices.values { matrix.mirror() }
    return matrices
  }

  /// Returns how many samples' rows of a weight are kept at once: as many as fit, but two, for as many
  /// threads. That does not depend on the user's limit, since sums have other bits with other numbers.
  private func batch(_ weight: Size) -> Int {
    min(Self.batch, max(2, MemoryBudget().rows / max(bytes(ofRows: weight), 1)))
  }

  /// The bytes of a sample's rows.
  private func bytes(ofRows weight: Size) -> Int { positions * weight.groups * weight.depth * 4 }

  /// Splits a run so that the rows of a batch fit into the budget of each part. Runs end after the
  /// last operator that multiplies by one of the weights, unless a caller may return to it.
  private func parts(_ weights: [Size]) -> [InputPart] {
    let operators = file.model.subgraphs.count == 1 ? file.model.subgraphs[0].operators : []
    var uses: [TensorID: [Int]] = [:]
    for (index, entry) in operators.enumerated() {
      guard let inputs = entry.inputs, inputs.count > 1 else { continue }
      uses[TensorID(0, inputs[1]), default: []].append(index)
    }
    func first(_ weight: Size) -> Int { uses[weight.id]?.first ?? 0 }
    var parts: [InputPart] = []
    var rows = 0
    for weight in weights.sorted(by: { (first($0), $0.id) < (first($1), $1.id) }) {
      let batch = batch(weight)
      let bytes = batch * bytes(ofRows: weight)
      rows += bytes
      if parts.last?.batch != batch || rows > memory.rows {
        parts.append(InputPart(batch: batch))
        rows = bytes
      }
      let last = parts.count - 1
      parts[last].weights.insert(weight.id)
      let ends = [parts[last].end?.index, uses[weight.id]?.last].compactMap(\.self)
      parts[last].end = ends.max().map { TensorID(0, $0) }
    }
    guard weights.allSatisfy({ uses[$0.id]?.count == 1 }) else { return parts }
    for index in parts.indices.dropFirst() {
      parts[index].start = parts[index - 1].end?.index
      parts[index - 1].isContinued = true
    }
    return parts
  }

  /// Splits weights, in their order, into rounds whose matrices fit into the budget.
  package func rounds(_ weights: [Size]) -> [Range<Int>] {
    var rounds: [Range<Int>] = []
    var (first, matrices) = (0, 0)
    for (index, weight) in weights.enumerated() {
      let bytes = GramMatrix.byteCount(groups: weight.groups, depth: weight.depth)
      matrices += bytes
      if matrices > memory.matrices, index > first {
        rounds.append(first..<index)
        (first, matrices) = (index, bytes)
      }
    }
    if first < weights.count { rounds.append(first..<weights.count) }
    return rounds
  }

  /// Calls `body`, in rounds, with the matrix of each weight that a run reached. A weight that
  /// alone needs too many bytes is skipped. `depth` is the number of columns of the weight's
  /// matrix.
  package func forEachMatrix(
    of weights: [Size], _ body: (TensorID, GramMatrix) throws -> Void
  ) throws {
    let weights = weights.filter {
      GramMatrix.fits(groups: $0.groups, depth: $0.depth, in: memory)
    }
    for round in rounds(weights) {
      let matrices = try matrices(of: Array(weights[round]))
      for weight in weights[round] {
        if let matrix = matrices[weight.id] { try body(weight.id, matrix) }
      }
    }
  }

  /// The same of one weight while `candidate`, a copy of the model with other values, runs; and the
  /// products of the model's rows (rows of the matrix) with the candidate's at the same places
  /// (columns), whose sums are those of the model's. Runs end behind the operator `last`. Nil where
  /// the two do not go the same way, or never reach the weight.
  package func moments(
    of weight: TensorID, in candidate: ModelFile, last: TensorID
  ) throws -> (gram: GramMatrix, cross: GramMatrix)? {
    var found: (gram: GramMatrix, cross: GramMatrix)?
    let (own, others) = (try lanes(of: file), try lanes(of: candidate))
    let part = InputPart(weights: [weight], end: last)
    let product = MatrixProduct(kernels: options.kernels, threads: options.threads)
    for first in stride(from: 0, to: count, by: Self.batch) {
      let range = first..<min(first + Self.batch, count)
      var none = [Snapshot?](repeating: nil, count: range.count)
      let pairs = zip(try rows(range, part, own, &none), try rows(range, part, others, &none))
      for (row, other) in pairs {
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

  private func lanes(of file: ModelFile) throws -> LanePool<InputLane> {
    try LanePool(options, most: min(count, Self.batch)) {
      try InputLane(file, $0, positions: positions)
    }
  }

  /// By sample and weight. `snapshots` are by sample: where the part before ended, then where this did.
  private func rows(
    _ range: Range<Int>, _ part: InputPart, _ lanes: LanePool<InputLane>,
    _ snapshots: inout [Snapshot?]
  ) throws -> [[TensorID: InputRows]] {
    let found = Mutex<[(rows: [TensorID: InputRows], end: Snapshot?)]>(
      snapshots.map { ([:], part.start == nil ? nil : $0) })
    try lanes.forEach(range) { lane, index in
      let start = found.withLock { $0[index - range.lowerBound].end }
      let rows = try lane.run(part, of: { try sample(index) }, seed: index, from: start)
      let end = lane.snapshot(most: 2 * memory.rows / Self.batch)
      found.withLock { $0[index - range.lowerBound] = (rows, end) }
    }
    let all = found.withLock { $0 }
    snapshots = all.map(\.end)
    return all.map(\.rows)
  }
}
