import TFLite
import Training

/// The integer model of a state, with float inputs and outputs, and where it has the state's tensors.
struct WrittenState {
  private(set) var model: Model
  /// The tensor that holds each of the state's values, by the state's tensor.
  private(set) var values: [TensorID: TensorID] = [:]
  /// The operator that makes each of the state's values.
  private var producers: [TensorID: Int] = [:]

  init(_ state: IntegerState) throws {
    let (written, origins) = try state.written()
    model = written
    for (index, subgraph) in written.subgraphs.enumerated() {
      let count = state.model.subgraphs[index].tensors.count
      for (place, entry) in subgraph.operators.enumerated() {
        for output in entry.outputs ?? [] where output >= 0 {
          let id = TensorID(index, Int(output))
          // Conversions to other forms come behind the operator, and those of inputs have none before them.
          guard let origin = id.index < count ? id : origins[id], values[origin] == nil else {
            continue
          }
          (values[origin], producers[origin]) = (id, place)
        }
      }
      for input in subgraph.inputs ?? [] where input >= 0 {
        let id = TensorID(index, Int(input))
        values[id] = values[id] ?? id
      }
    }
  }

  /// Returns how a twin follows a trained weight of an operator and `bias`, the state's tensor; nil where the
  /// operator is not found. The weight gets a byte for each element.
  mutating func weight(
    _ weights: IntegerWeights, _ operand: Int, of entry: IntegerOperator, bias: TensorID?,
    inputScale: Float
  ) -> IntegerTwin.Weight? {
    guard let output = entry.outputs.first, let place = producers[output.id] else { return nil }
    let subgraph = entry.place.subgraph
    let inputs = model.subgraphs[subgraph].operators[place].inputs ?? []
    func operandID(_ position: Int?) -> TensorID? {
      guard let position, inputs.indices.contains(position), inputs[position] >= 0 else {
        return nil
      }
      return TensorID(subgraph, inputs[position])
    }
    guard let id = operandID(operand), let count = model[id].elementCount else { return nil }
    let encoding = weights.encoding
    if encoding.bits != .eight {
      model[id].type = .int8
      model[id].buffer = model.append(.bytes([UInt8](repeating: 0, count: count)))
    }
    return IntegerTwin.Weight(
      variable: weights.weight, id: id,
      bias: zip(bias, operandID(entry.biasPosition)).map { bias, stored in
        let type = model[stored].type
        return IntegerTwin.Bias(variable: bias, id: stored) { values, scales in
          IntegerBias.bytes(
            IntegerBias.levels(values, scales: scales.map { inputScale * $0 }, type), type)
        }
      }, stored: { $0.isEmpty ? encoding.scales : encoding.trained(scales: $0).scales },
      integers: { values, trained, levels in
        encoding.fill(
          levels, with: values, scales: trained.isEmpty ? encoding.scales : trained, count)
      })
  }

  /// The two values where there are both.
  private func zip<A, B>(_ a: A?, _ b: B?) -> (A, B)? {
    guard let a, let b else { return nil }
    return (a, b)
  }
}

extension WeightEncoding {
  /// Returns the encoding with trained scales, as a file holds them.
  func trained(scales: [Float]) -> WeightEncoding {
    let most = Float(bits.greatest)
    return with(magnitudes: scales.map { $0 * most }).floored(.plain)
  }

  /// Writes the integers of values that stand for such.
  fileprivate func fill(
    _ levels: UnsafeMutablePointer<Int8>, with values: UnsafePointer<Float>, scales: [Float],
    _ count: Int
  ) {
    let most = Float(bits.greatest)
    scales.withUnsafeBufferPointer { scales in
      layout.forEachRun(in: 0..<count) { first, count, channel in
        let (values, levels) = (values + first, levels + first)
        if layout.isInnermost {
          for index in 0..<count {
            levels[index] = (values[index] / scales[channel &+ index]).nearestLevel(within: most)
          }
        } else {
          let scale = scales[channel]
          for index in 0..<count {
            levels[index] = (values[index] / scale).nearestLevel(within: most)
          }
        }
      }
    }
  }
}
