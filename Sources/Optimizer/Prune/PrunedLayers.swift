import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Platform
import Samples
import TFLite

/// Prunes each layer alone, by the Gram matrix of its inputs.
struct PrunedLayers {
  let model: Model
  let targets: [PruneTarget]
  let pattern: SparsityPattern
  let samples: SampleSource
  let job: Job
  let options: Interpreter.Options

  var product: MatrixProduct { MatrixProduct(threads: job.options.threads) }

  /// Calls `body` for each target in order, with a function that prunes the target. Gram matrices
  /// are collected for as many targets at once as fit in memory.
  func forEach(
    on order: [Int],
    _ body: (_ index: Int, _ solve: (_ zeros: Int) throws -> PrunedWeight) throws -> Void
  ) throws {
    let sizes = targets.map { target -> GramCollector.Size in
      let isKept = target.fits(job.options.memory)
      return (target.id, isKept ? target.layout.groups : 0, target.layout.columns)
    }
    for round in collector(order).rounds(sizes) {
      let matrices = try gramMatrices(of: round, on: order)
      for index in round {
        try job.options.deadline?.check()
        try prune(index, matrices[index], body)
      }
    }
  }

  private func collector(_ order: [Int]) -> GramCollector {
    GramCollector(
      job.file.with(model), samples: order.count, options: options,
      memory: job.options.memory
    ) { [samples] in try samples.sample(order[$0]) }
  }

  private func gramMatrices(
    of range: Range<Int>, on order: [Int]
  ) throws -> [Int: GramMatrix] {
    let weights = range.filter { targets[$0].fits(job.options.memory) }.flatMap { index in
      let layout = targets[index].layout
      return targets[index].constants.map { ($0.id, layout.groups, layout.columns) }
    }
    guard !weights.isEmpty else { return [:] }
    let found = try collector(order).matrices(of: weights)
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
    _ body: (_ index: Int, _ solve: (_ zeros: Int) throws -> PrunedWeight) throws -> Void
  ) throws {
    let target = targets[index]
    guard target.fits(job.options.memory) else {
      return try body(index) { [pattern] zeros in
        target.pruned(try target.values(model, job), pattern, zeros: zeros, in: model)
      }
    }
    let values = try target.values(model, job)
    let isCentred = model.canShiftBiases(of: target, job)
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

extension PruneTarget {
  /// Returns whether the inputs' Gram matrices fit; otherwise magnitude decides.
  func fits(_ memory: MemoryBudget) -> Bool {
    GramMatrix.fits(groups: layout.groups, depth: layout.columns, in: memory)
  }
}

extension GramMatrix {
  /// Relative to the mean of the diagonal; greater where there are fewer samples than columns.
  var damping: Double { 0.01 * max(1, 4 * Double(depth) / Double(max(count, 1))) }

  /// Returns how much the outputs' means fall when weights change: Σ (w − ŵ) × mean, by row.
  fileprivate func shift(from values: FloatMatrix, to result: FloatMatrix) -> [Double] {
    shift(rows: values.rows) { Double(values[$0][$1] - result[$0][$1]) }
  }
}
