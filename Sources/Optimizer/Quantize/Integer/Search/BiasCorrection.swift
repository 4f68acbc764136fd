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
        let weight = entry.inputs.first(where: { $0.role.isWeight })
      else { continue }
      let quantized = try writer.weights(of: entry, weight, model)
      let stored = entry.inputs.first { $0.position == entry.biasPosition }
      guard stored != nil || entry.needsBias || paysForBias(weight.id, quantized) else { continue }
      let wanted = expected == nil ? product : expected?[output.id]
      guard let wanted, wanted.sums.count == product.sums.count else { continue }
      let shift = try shift(entry, quantized, product.means, wanted.means)
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
    return elements >= Self.leastWeightsPerBias * quantized.layout.channels
  }

  /// A new bias takes 4 or 8 bytes a channel, its scale 4, its tables some more.
  private static let leastWeightsPerBias = 128

  /// Σ ŵ × mean − w × wanted, by output channel.
  private func shift(
    _ entry: IntegerOperator, _ weights: IntegerWeights, _ means: [Double], _ wanted: [Double]
  ) throws -> [Double] {
    let shape = (model[weights.weight].shape ?? []).map(Int.init)
    let isDepthwise = entry.kind == .depthwiseConv2D
    guard let axis = isDepthwise ? shape.indices.last : shape.indices.first else { return [] }
    let channels = shape[axis]
    let perChannel = shape.reduce(1, *) / max(channels, 1)
    let scales = weights.scales.map(Double.init)
    var shift = [Double](repeating: 0, count: channels)
    // A depthwise filter has its channels side by side; of others, which may be large, a row is read.
    let perPart = isDepthwise ? perChannel * channels : perChannel
    guard let data = model.data(of: weights.weight) else { return [] }
    let readers = (real: values.reader(data), rounded: weights.rounded.map(values.reader))
    defer {
      readers.real.releaseMemory()
      readers.rounded?.releaseMemory()
    }
    var (real, rounded): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      if !isDepthwise || channel == 0 {
        real = try readers.real.floats(from: channel * perChannel, count: perPart)
        rounded =
          try readers.rounded?.floats(from: channel * perChannel, count: perPart) ?? real
      }
      let scale = scales[scales.count == 1 ? 0 : channel]
      var sum = 0.0
      for element in 0..<perChannel {
        let index = isDepthwise ? element * channels + channel : element
        let value = Double(real[index])
        let level = weights.level(of: Double(rounded[index]), scale: scale)
        let mean = meanIndex(
          element, channel: channel, shape, channels: channels, count: means.count,
          isDepthwise: isDepthwise)
        guard means.indices.contains(mean) else { return [] }
        sum += level * scale * means[mean] - value * wanted[mean]
      }
      shift[channel] = sum
    }
    return shift
  }

  /// Which mean an element of a channel's filter meets: means are by tap × input channel.
  private func meanIndex(
    _ element: Int, channel: Int, _ shape: [Int], channels: Int, count: Int, isDepthwise: Bool
  ) -> Int {
    if isDepthwise {
      // Element is the tap; an input channel has as many outputs as the multiplier says.
      let taps = shape.reduce(1, *) / channels
      let inputs = count / max(taps, 1)
      return element * inputs + channel / max(1, channels / max(inputs, 1))
    }
    let depth = shape.last ?? 1
    let taps = shape.dropFirst().dropLast().reduce(1, *)
    let inputs = count / max(taps, 1)
    let group = channel / max(1, channels / max(1, inputs / max(depth, 1)))
    return element / depth * inputs + group * depth + element % depth
  }
}

extension DataReader {
  fileprivate func floats(from first: Int, count: Int) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      try fill(UnsafeMutableRawBufferPointer(buffer), at: first * 4)
      filled = count
    }
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
    guard let elements = model[id].elementCount,
      let levels = weights.integers(in: model, count: elements),
      let values = weights.values(of: levels, in: model, count: elements)
    else { return }
    copy[id].buffer = copy.append(values)
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
