import Interpreter
import OpSet
import Platform
import Synchronization
import TFLite

/// Runs a float model on samples and gathers the Gram matrices of its weights' inputs.
///
/// Samples count in the order in which they are given; results are the same bits for any number of
/// threads.
public struct GramCollector: Sendable {
  private let file: ModelFile
  private let options: Interpreter.Options
  private let samples: [[DenseArray]]
  /// Output positions of a sample that a weight's matrix takes at most, for each use.
  private let positions: Int

  /// Rows that a matrix is made from, if samples have as many; more add little.
  private static let wantedRows = 16384
  /// Samples whose rows are kept at the same time.
  private static let batch = 8

  /// `file.model` must be the float model whose weights are asked for.
  public init(_ file: ModelFile, samples: [[DenseArray]], options: Interpreter.Options) {
    self.file = file
    self.samples = samples
    self.options = options
    positions = max(64, min(1024, Self.wantedRows / max(samples.count, 1)))
  }

  /// By weight; those that no run reached are missing. Throws `InterpreterFault`.
  public func matrices(of weights: Set<TensorID>) throws -> [TensorID: GramMatrix] {
    var matrices: [TensorID: GramMatrix] = [:]
    let lanes = try (0..<max(1, min(options.threads, samples.count, Self.batch))).map { _ in
      try Lane(file, laneOptions, weights: weights, positions: positions)
    }
    for first in stride(from: 0, to: samples.count, by: Self.batch) {
      let part = samples[first..<min(first + Self.batch, samples.count)]
      let rows = try Self.rows(Array(part), first, lanes)
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

  private var laneOptions: Interpreter.Options {
    var lane = options
    lane.threads = 1
    lane.skipsUnsupported = true
    return lane
  }

  /// By sample and weight.
  private static func rows(
    _ samples: [[DenseArray]], _ first: Int, _ lanes: [Lane]
  ) throws -> [[TensorID: InputRows]] {
    let next = Atomic<Int>(0)
    let found = Mutex<[[TensorID: InputRows]]>(Array(repeating: [:], count: samples.count))
    let failed = Mutex<(index: Int, error: any Error)?>(nil)
    Threads.inLanes(lanes.count) { lane, _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < samples.count else { return }
        do {
          let rows = try lanes[lane].run(samples[index], seed: first + index)
          found.withLock { $0[index] = rows }
        } catch {
          failed.withLock { known in
            if index < known?.index ?? Int.max { known = (index, error) }
          }
          return
        }
      }
    }
    if let error = failed.withLock({ $0?.error }) { throw error }
    return found.withLock { $0 }
  }

  /// One interpreter.
  private final class Lane: @unchecked Sendable {
    private let interpreter: Interpreter
    private let model: Model
    private let weights: Set<TensorID>
    private let positions: Int
    private var rows: [TensorID: InputRows] = [:]

    init(
      _ file: ModelFile, _ options: Interpreter.Options, weights: Set<TensorID>, positions: Int
    ) throws {
      interpreter = try Interpreter(file, options: options)
      model = file.model
      self.weights = weights
      self.positions = positions
    }

    func run(_ sample: [DenseArray], seed: Int) throws -> [TensorID: InputRows] {
      rows = [:]
      interpreter.resetState()
      _ = try interpreter.run(
        sample, observing: { [self] in try observe($0, seed: seed) })
      defer { rows = [:] }
      return rows
    }

    private func observe(_ observation: Interpreter.Observation, seed: Int) throws {
      guard observation.inputs.count > 1, let weight = observation.inputs[1]?.id,
        weights.contains(weight), let output = observation.outputs.first
      else { return }
      let entry = model.subgraphs[observation.subgraph].operators[observation.operatorIndex]
      guard
        let product = try ProductInputRows(
          observation.kind, options: entry.builtinOptions, inputs: observation.inputs,
          output: output), product.count > 0
      else { return }
      let known = rows[weight] ?? InputRows(groups: product.groups, depth: product.depth)
      rows[weight] = known
      // A loop runs an operator often; its first turns stand for the others.
      guard known.groups == product.groups, known.depth == product.depth,
        known.count < 2 * positions
      else { return }
      known.add(product, most: positions, seed: seed)
    }
  }
}

/// Rows of a weight's input on one sample.
final class InputRows: @unchecked Sendable {
  let groups: Int
  let depth: Int
  private(set) var values: [Float] = []

  init(groups: Int, depth: Int) {
    self.groups = groups
    self.depth = depth
  }

  var width: Int { groups * depth }
  var count: Int { values.count / max(width, 1) }

  /// Positions are spread by the golden section, which no image width is in step with; `seed` shifts
  /// them.
  fileprivate func add(_ product: ProductInputRows, most: Int, seed: Int) {
    let taken = min(product.count, most)
    let step = taken == product.count ? 1 : Self.step(product.count)
    let start = values.count
    values.append(contentsOf: repeatElement(0, count: taken * width))
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      for index in 0..<taken {
        product.copy((index + seed) * step % product.count, to: base + start + index * width)
      }
    }
  }

  /// Near count × 0.618 without a common divisor.
  private static func step(_ count: Int) -> Int {
    var step = max(1, Int(Double(count) * 0.618_033_988_75))
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    while divisor(step, count) != 1 { step += 1 }
    return step
  }
}

extension GramMatrix {
  /// Adds the rows to the sums and to the upper triangle, in tiles of fixed size.
  fileprivate func add(_ blocks: [InputRows], _ product: MatrixProduct) {
    let rows = blocks.reduce(0) { $0 + $1.count }
    count += rows
    for group in 0..<groups {
      let columns = FloatMatrix(rows: depth, columns: rows)
      var place = 0
      for block in blocks {
        block.values.withUnsafeBufferPointer { values in
          for row in 0..<block.count {
            let source = values.baseAddress.map { $0 + (row * block.width + group * depth) }
            for column in 0..<depth { columns[column][place + row] = source?[column] ?? 0 }
          }
        }
        place += block.count
      }
      for column in 0..<depth {
        var sum = 0.0
        for row in 0..<rows { sum += Double(columns[column][row]) }
        sums[group * depth + column] += sum
      }
      addProducts(of: columns, group, product)
    }
  }

  private func addProducts(of columns: FloatMatrix, _ group: Int, _ product: MatrixProduct) {
    let weights = MatrixProduct.packed(columns)
    let depth = depth
    products.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let target = base + group * depth * depth
      product.forEachTile(0..<depth) { rows in
        let width = depth - rows.lowerBound
        withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count * width) { room in
          guard let room = room.baseAddress else { return }
          product.tile(
            columns[rows.lowerBound], rows: rows.count, stride: columns.columns, weights,
            firstPanel: rows.lowerBound / 16, into: room, resultStride: width)
          for (index, row) in rows.enumerated() {
            let line = target + (row &* depth &+ rows.lowerBound)
            for column in 0..<width { line[column] += Double(room[index &* width &+ column]) }
          }
        }
      }
    }
  }

  /// Copies the upper triangle below the diagonal.
  fileprivate func mirror() {
    for group in 0..<groups {
      let base = group * depth * depth
      for row in 0..<depth {
        for column in 0..<row {
          products[base + row * depth + column] = products[base + column * depth + row]
        }
      }
    }
  }
}
