import Evaluation
import OpSet
import TFLite

/// Takes back the shift of each output channel's mean that rounding makes: with inputs behind ReLU
/// most of the error is such a constant. For the weights alone b′ = b − Σ (ŵ − w) × E[x], for each
/// element of the filter the mean of the input that it meets; for all that comes before them too
/// b′ = b − Σ (ŵ × E[x] − w × E[y]), where y is the input in the float model.
struct BiasCorrection {
  typealias Inputs = [TensorID: CalibrationStatistics.Product]

  let model: Model
  let writer: IntegerWriter
  /// What weights meet, by the output of their operator.
  let inputs: Inputs
  /// What they should meet; nil to correct the weights alone.
  let expected: Inputs?

  private var values: ConstantValues { writer.values }

  /// The corrected biases, by the output of their operator.
  func biases() throws -> [TensorID: [Float]] {
    let graph = writer.parameters.graph
    var corrected: [TensorID: [Float]] = [:]
    for entry in graph.operators.joined()
    where graph.isInteger(entry.place) && entry.biasPosition != nil {
      guard let output = entry.outputs.first, let product = inputs[output.id],
        let weight = entry.inputs.first(where: { $0.role.isWeight }),
        let matrix = entry.matrix(of: weight, in: model)
      else { continue }
      let quantized = try writer.weights(of: entry, weight, model)
      let stored = entry.inputs.first { $0.position == entry.biasPosition }
      guard stored != nil || entry.needsBias || paysForBias(weight.id, quantized) else { continue }
      let wanted = expected == nil ? product : expected?[output.id]
      guard let wanted, wanted.sums.count == product.sums.count else { continue }
      let shift = try shift(matrix, quantized, product.means, wanted.means)
      var bias = try stored.map { try values.values(of: $0.id) } ?? []
      if bias.isEmpty { bias = [Float](repeating: 0, count: shift.count) }
      guard bias.count == shift.count else { continue }
      corrected[output.id] = zip(bias, shift).map { Float(Double($0) - $1) }
    }
    return corrected
  }

  /// Whether a bias that the operator does not have yet would be small beside its weights.
  private func paysForBias(_ weight: TensorID, _ quantized: IntegerWeights) -> Bool {
    let elements = model[weight].elementCount ?? 0
    return elements >= NewBias.leastWeights * quantized.encoding.layout.channels
  }

  /// Σ ŵ × mean − w × wanted, by output channel.
  private func shift(
    _ matrix: WeightMatrix, _ weights: IntegerWeights, _ means: [Double], _ wanted: [Double]
  ) throws -> [Double] {
    let scales = weights.encoding.scales.map(Double.init)
    var shift = [Double](repeating: 0, count: matrix.rows)
    guard let data = model.data(of: weights.weight) else { return [] }
    let readers = (real: values.reader(data), rounded: weights.rounded.map(values.reader))
    defer {
      readers.real.releaseMemory()
      readers.rounded?.releaseMemory()
    }
    // Where each row of a weight stands alone, one is read at a time: weights may be large.
    let isByRow = matrix.columnStride == 1
    let count = isByRow ? matrix.columns : matrix.rows * matrix.columns
    var (real, rounded): ([Float], [Float]) = ([], [])
    for row in 0..<matrix.rows {
      let first = isByRow ? matrix.index(row, 0) : 0
      if isByRow || row == 0 {
        real = try readers.real.floats(from: first, count: count)
        rounded = try readers.rounded?.floats(from: first, count: count) ?? real
      }
      let scale = scales[scales.count == 1 ? 0 : row]
      var sum = 0.0
      for column in 0..<matrix.columns {
        let index = matrix.index(row, column) - first
        let integer = weights.encoding.integer(Double(rounded[index]), scale: scale)
        let mean = matrix.input(row, column, of: means.count)
        guard means.indices.contains(mean) else { return [] }
        sum += integer * scale * means[mean] - Double(real[index]) * wanted[mean]
      }
      shift[row] = sum
    }
    return shift
  }
}

/// The model with weights that hold what their integers stand for, and with corrected biases.
struct RoundedWeights {
  let model: Model
  let writer: IntegerWriter

  func rounded() throws -> Model {
    var copy = model
    let graph = writer.parameters.graph
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      for input in entry.inputs
      where input.role.isWeight && !input.sharesScale && input.isConstant {
        let weights = try writer.weights(of: entry, input, model)
        round(input.id, weights, &copy)
      }
      if let output = entry.outputs.first, let bias = writer.biases[output.id] {
        setBias(bias, of: entry, &copy)
      }
    }
    return copy
  }

  private func round(_ id: TensorID, _ weights: IntegerWeights, _ copy: inout Model) {
    guard let elements = model[id].elementCount, let integers = weights.integers(in: model) else {
      return
    }
    copy[id].buffer = copy.append(weights.encoding.values(of: integers, count: elements))
  }

  private func setBias(_ bias: [Float], of entry: IntegerOperator, _ copy: inout Model) {
    guard let position = entry.biasPosition else { return }
    var tensor = Tensor()
    tensor.shape = [Int32(bias.count)]
    tensor.buffer = copy.append(.bytes(bias.withUnsafeBytes { Array($0) }))
    let id = copy.append(tensor, to: entry.place.subgraph)
    var inputs =
      copy.subgraphs[entry.place.subgraph].operators[entry.place.index].inputs ?? []
    while inputs.count <= position { inputs.append(-1) }
    inputs[position] = Int32(id.index)
    copy.subgraphs[entry.place.subgraph].operators[entry.place.index].inputs = inputs
  }
}
