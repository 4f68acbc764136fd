import OpSet
import TFLite

/// Which integer operators of the main subgraph take less time with floats and int8 weights, by the
/// measured times of kernels and of the conversions between the two.
struct FastestForms {
  typealias Places = [OperatorPlace: Reason]

  private let graph: IntegerGraph
  private let operators: [IntegerOperator]
  private let times: [(float: Double, int8: Double)]
  private let tensors: [Activation]

  init(_ model: Model, _ graph: IntegerGraph) {
    self.graph = graph
    operators = graph.operators.first ?? []
    times = operators.map { $0.nanoseconds(in: model, graph.graphs[0]) }
    tensors = graph.graphs.first.map { Self.activations(model, $0) } ?? []
  }

  /// Every operator of the main subgraph: what dynamic range would do.
  var all: Places { places(operators.map { $0.entry.calledSubgraphs.isEmpty }) }

  /// Those without weights that together take the least time with floats.
  var cheapest: Places { places(leastCut()) }

  /// How many times as long the operators as they are take as with others of them float.
  func gain(of floats: Places) -> Double {
    let now = operators.map { !graph.isInteger($0.place) }
    return time(now) / max(1, time(zip(operators, now).map { $1 || floats[$0.place] != nil }))
  }

  private func places(_ isFloat: [Bool]) -> Places {
    let floats = operators.filter { graph.isInteger($0.place) && isFloat[$0.place.index] }
    return Dictionary(uniqueKeysWithValues: floats.map { ($0.place, .isFasterFloat) })
  }

  /// Whether each operator computes with floats where all together take the least time: a minimum cut.
  /// An operator costs what its side takes, a tensor that both sides use a conversion.
  private func leastCut() -> [Bool] {
    var cut = MinimumCut()
    // The source's side is float.
    let nodes = operators.map { _ in cut.addNode() }
    for (entry, time) in zip(operators, times) {
      let node = nodes[entry.place.index]
      if !graph.isInteger(entry.place) {
        cut.addEdge(MinimumCut.source, node, capacity: .infinity)
      } else if entry.hasWeights || !entry.entry.calledSubgraphs.isEmpty {
        cut.addEdge(node, MinimumCut.sink, capacity: .infinity)
      } else {
        cut.addEdge(MinimumCut.source, node, capacity: time.int8)
        cut.addEdge(node, MinimumCut.sink, capacity: time.float)
      }
    }
    for tensor in tensors {
      let maker = tensor.maker.map { nodes[$0] } ?? MinimumCut.source
      let readers = tensor.readers.map { $0.map { nodes[$0] } ?? MinimumCut.source }
      let (decoded, encoded) = (cut.addNode(), cut.addNode())
      // A float reader wants it decoded, an int8 one encoded.
      cut.addEdge(decoded, maker, capacity: tensor.conversion)
      cut.addEdge(maker, encoded, capacity: tensor.conversion)
      for reader in readers {
        cut.addEdge(reader, decoded, capacity: .infinity)
        cut.addEdge(encoded, reader, capacity: .infinity)
      }
    }
    let side = cut.sourceSide()
    return nodes.map { side[$0] }
  }

  /// Nanoseconds of all operators and conversions.
  private func time(_ isFloat: [Bool]) -> Double {
    let kernels = zip(times, isFloat).reduce(0) { $0 + ($1.1 ? $1.0.float : $1.0.int8) }
    return tensors.reduce(kernels) { sum, tensor in
      let maker = tensor.maker.map { isFloat[$0] } ?? true
      let isConverted = tensor.readers.contains { ($0.map { isFloat[$0] } ?? true) != maker }
      return sum + (isConverted ? tensor.conversion : 0)
    }
  }

  // MARK: Tensors

  /// A float tensor that changes from run to run.
  private struct Activation {
    /// Nil for an input of the model.
    let maker: Int?
    /// Nil stands for the model's output.
    let readers: [Int?]
    /// Nothing for inputs and outputs of the model, which can be stored in either form.
    let conversion: Double
  }

  private static func activations(_ model: Model, _ facts: Graph) -> [Activation] {
    model.subgraphs[0].tensors.enumerated().compactMap { index, tensor in
      guard tensor.type == .float32, facts.producer[index] != nil || facts.isInput[index] else {
        return nil
      }
      let readers: [Int?] = facts.uses[index].map(\.operation)
      let isOutside = facts.isInput[index] || facts.isOutput[index]
      return Activation(
        maker: facts.producer[index], readers: readers + (facts.isOutput[index] ? [nil] : []),
        conversion: isOutside ? 0 : KernelTime.conversion(elements: tensor.sizes.reduce(1, *)))
    }
  }
}

extension IntegerOperator {
  /// What a run takes with floats and with int8, in nanoseconds; 0 where nothing is known.
  fileprivate func nanoseconds(in model: Model, _ graph: Graph) -> (float: Double, int8: Double) {
    let inputs = entry.inputs ?? []
    func sizes(_ list: [Int32]) -> [[Int]?] {
      list.map { $0 < 0 ? nil : model[TensorID(place.subgraph, $0)].sizes }
    }
    return spec?.nanoseconds(
      inputs: sizes(inputs), outputs: sizes(entry.outputs ?? []).compactMap { $0 }
    ) { position in
      inputs.indices.contains(position) && inputs[position] >= 0
        && graph.isConstant(Int(inputs[position]))
    } ?? (0, 0)
  }
}

extension Tensor {
  /// The shape, with 1 where it is known at run time alone.
  fileprivate var sizes: [Int] { (shape ?? []).map { max(1, Int($0)) } }
}
