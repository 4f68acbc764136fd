import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Platform
import TFLite

/// Integer weights that were chosen together instead of each for itself.
struct WeightRounding {
  /// One model with steps of one width and others; what they share is found once.
  let states: [IntegerState]
  let samples: [[DenseArray]]
  let options: Interpreter.Options
  let effort: Int
  let job: Job

  /// Of the mean of the diagonal, as in Frantar et al., "GPTQ", 2022. On five keyword and digit models
  /// with 100 samples half of it makes 15 % more error and twice of it 14 % less.
  private static let damping = SearchLimit.of("WeightRounding.damping", 0.01)
  /// Multiplications that an effort below 3 allows; weights that need more than is left are rounded
  /// each for itself. Half and twice of it change none of five models below 3 M multiplications.
  private static let budget = SearchLimit.of("WeightRounding.budget", 2e12)

  private struct Target {
    let weight: TensorID
    let matrix: WeightMatrix
    /// By state.
    let encodings: [WeightEncoding]
    /// The bias takes the mean of the error away.
    let isCentred: Bool

    /// Multiplications for the Gram matrix, its factors and the rows.
    var cost: Double {
      let depth = Double(matrix.columns)
      return depth * depth * (Double(GramCollector.wantedRows + matrix.rows) / 2 + depth)
    }
  }

  private var state: IntegerState { states[0] }

  /// The values that the chosen levels stand for, by state and weight.
  func rounded() throws -> [[TensorID: TensorData]] {
    var found = [[TensorID: TensorData]](repeating: [:], count: states.count)
    let given = samples
    let collector = GramCollector(
      job.file.with(state.model), samples: given.count, options: options,
      memory: job.options.memory
    ) { given[$0] }
    var budget = Budget(multiplications: effort < 3 ? Self.budget : .infinity)
    var chosen: [TensorID: Target] = [:]
    var sizes: [GramCollector.Size] = []
    for target in try targets()
    where GramMatrix.fits(depth: target.matrix.columns, in: job.options.memory)
      && budget.take(target.cost)
    {
      chosen[target.weight] = target
      sizes.append((target.weight, target.matrix.groups, target.matrix.columns))
    }
    let stage = ProgressStage("rounding weights", of: sizes.count, "layers")
    defer { stage.end() }
    try collector.forEachMatrix(of: sizes) { id, gram in
      defer { stage.advance() }
      guard let target = chosen[id], let data = try data(of: target, gram) else { return }
      for index in found.indices { found[index][id] = data[index] }
    }
    return found
  }

  private func targets() throws -> [Target] {
    var targets: [Target] = []
    var seen: Set<TensorID> = []
    for entry in state.graph.operators.joined() where state.graph.isInteger(entry.place) {
      guard let weight = entry.inputs.first(where: { $0.role.isWeight && $0.isConstant }),
        !weight.sharesScale, state.values.levels(of: weight.id) == nil,
        seen.insert(weight.id).inserted,
        let matrix = entry.matrix(of: weight, in: state.model)
      else { continue }
      let encodings = try states.map { try $0.weights(of: entry, weight).encoding }
      guard [1, matrix.rows].contains(encodings[0].magnitudes.count) else { continue }
      targets.append(
        Target(
          weight: weight.id, matrix: matrix, encodings: encodings,
          isCentred: entry.outputs.first.map { state.biases[$0.id] != nil } ?? false))
    }
    return targets
  }

  /// By state.
  private func data(of target: Target, _ gram: GramMatrix) throws -> [TensorData]? {
    let matrix = target.matrix
    guard gram.count > 0, gram.depth == matrix.columns, matrix.rows % gram.groups == 0 else {
      return nil
    }
    let values = try state.values.values(of: target.weight)
    let products = MatrixProduct(kernels: options.kernels, threads: options.threads)
    var roundings: [JointRounding] = []
    for group in 0..<gram.groups {
      let covariance = gram.covariance(
        group, isCentred: target.isCentred, damping: Self.damping)
      guard let rounding = JointRounding(covariance, products) else { return nil }
      roundings.append(rounding)
    }
    var known: [[Float]: TensorData] = [:]
    return target.encodings.map { encoding in
      if let data = known[encoding.magnitudes] { return data }
      let integers = integers(for: values, matrix, encoding, roundings)
      let data = encoding.values(of: encoding.stored(integers), count: integers.count)
      known[encoding.magnitudes] = data
      return data
    }
  }

  /// `roundings` are by group.
  private func integers(
    for values: [Float], _ matrix: WeightMatrix, _ encoding: WeightEncoding,
    _ roundings: [JointRounding]
  ) -> [Int8] {
    var integers = [Int8](repeating: 0, count: values.count)
    let scales = encoding.scales
    let perGroup = matrix.rows / roundings.count
    for (group, rounding) in roundings.enumerated() {
      let rows = FloatMatrix(rows: perGroup, columns: matrix.columns)
      func forEach(_ body: (_ row: Int, _ column: Int, _ index: Int, _ scale: Float) -> Void) {
        for row in 0..<perGroup {
          let channel = group * perGroup + row
          for column in 0..<matrix.columns {
            body(
              row, column, matrix.index(channel, column),
              scales[scales.count == 1 ? 0 : channel])
          }
        }
      }
      forEach { rows[$0][$1] = values[$2] / $3 }
      rounding.round(rows, limit: Float(encoding.greatest))
      forEach { row, column, index, _ in integers[index] = Int8(rows[row][column]) }
    }
    return integers
  }
}
