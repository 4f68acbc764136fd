import OpSet
import TFLite

/// Follows channels through the operators of one subgraph.
struct ChannelChain {
  /// An operator that multiplies with a float constant.
  struct Product {
    let kind: BuiltinOperator
    let flow: ChannelFlow
    let weight: TensorID
    let matrix: WeightMatrix
    /// Whether another operator reads the weight too.
    let isShared: Bool
    /// The input tensor, and the result.
    let data: Int
    let output: Int
    /// How often one run multiplies with each weight.
    let positions: Int
    let operation: Int
  }

  private let model: Model
  private let subgraph: Int
  private let graph: Graph
  private let constants: [Int: FloatConstant]
  /// By tensor: how many channels it loses, of how many that the producing layer had.
  private var removed: [Int: (count: Int, of: Int)] = [:]
  /// Removed elements of biases and other per-channel constants.
  private(set) var savedBeside = 0

  init(_ model: Model, _ subgraph: Int, _ job: Job) {
    self.model = model
    self.subgraph = subgraph
    graph = Graph(model, subgraph: subgraph)
    constants = Dictionary(
      uniqueKeysWithValues: job.floatConstants(of: model).filter {
        $0.id.subgraph == subgraph
      }.map { ($0.id.index, $0) })
  }

  private var tensors: [Tensor] { model.subgraphs[subgraph].tensors }
  private func entry(_ operation: Int) -> Operator {
    model.subgraphs[subgraph].operators[operation]
  }
  private func spec(_ operation: Int) -> OpSpec? {
    OpSet.spec(for: model.kind(of: entry(operation)))
  }
  private func channels(_ tensor: Int) -> Int { Int(tensors[tensor].shape?.last ?? 1) }

  /// Returns nil for operators that do not multiply with a constant.
  func product(_ operation: Int) -> Product? {
    let entry = entry(operation)
    guard let spec = spec(operation), spec.hybrid?.isLookup != true,
      let output = entry.outputs?.first, output >= 0
    else { return nil }
    let inputs = (entry.inputs ?? []).map(Int.init)
    for (operand, tensor) in inputs.enumerated() {
      guard let constant = constants[tensor],
        let use = constant.uses.first(where: {
          $0.place.operation == operation && $0.place.operand == operand
        }),
        let matrix = constant.matrix(of: use),
        let data = inputs.indices.first(where: {
          $0 != operand && inputs[$0] >= 0
            && spec.role(ofInput: $0, count: inputs.count) == .activation
        })
      else { continue }
      // A transposed convolution multiplies once per input, others once per output.
      let counted = spec.multiplicationRule == .byOutputs ? Int(output) : inputs[data]
      let elements = tensors[counted].elementCount ?? 0
      return Product(
        kind: spec.kind, flow: spec.channelFlow, weight: constant.id, matrix: matrix,
        isShared: constant.uses.count > 1, data: inputs[data], output: Int(output),
        positions: elements / max(1, channels(counted)), operation: operation)
    }
    return nil
  }

  /// Returns why a product's channels cannot be removed, or nil.
  func obstacle(_ product: Product, _ target: PruneTarget) -> Reason? {
    guard target.places.count == 1 else { return .isReadBySeveral }
    var (open, seen) = ([product.output], Set([product.output]))
    while let tensor = open.popLast() {
      if graph.isOutput[tensor] { return .hasChannelsInOutput }
      for use in graph.uses[tensor] {
        switch step(tensor, use) {
        case .failure(let refusal): return refusal.reason
        case .success(let next):
          if let next, seen.insert(next).inserted { open.append(next) }
        }
      }
    }
    return nil
  }

  /// Returns the tensor that carries the same channels after a use; nil where they end.
  private func step(_ tensor: Int, _ use: Graph.Use) -> Result<Int?, Refusal> {
    let entry = entry(use.operation)
    let name = model.name(of: entry)
    let needsAll = Refusal(.needsAllChannels(name: name))
    guard let flow = spec(use.operation)?.channelFlow, let output = entry.outputs?.first,
      output >= 0
    else { return .failure(needsAll) }
    switch flow {
    case .needsAll: return .failure(needsAll)
    case .mixes:
      guard let reader = product(use.operation), reader.data == tensor, !reader.isShared,
        reader.matrix.channels % channels(tensor) == 0
      else { return .failure(needsAll) }
      return .success(nil)
    case .joins:
      let others = (entry.inputs ?? []).enumerated().filter { $0.offset != use.operand }
      guard others.allSatisfy({ constants[Int($0.element)] != nil }) else {
        return .failure(Refusal(.joinsChannels(name: name)))
      }
    case .keeps: break
    }
    guard channels(Int(output)) % channels(tensor) == 0,
      product(use.operation)?.isShared != true
    else { return .failure(needsAll) }
    return .success(Int(output))
  }

  /// Removes channels from a tensor and from every tensor that carries them on.
  mutating func remove(_ count: Int, of channels: Int, from tensor: Int) {
    guard count > 0 else { return }
    var open = [tensor]
    while let tensor = open.popLast() {
      guard removed[tensor] == nil else { continue }
      removed[tensor] = (count, channels)
      if let producer = graph.producer[tensor] { cutBeside(producer, tensor, count, channels) }
      for use in graph.uses[tensor] {
        if case .success(let next?) = step(tensor, use) { open.append(next) }
      }
    }
  }

  /// Counts the removed elements of constants that an operator adds or multiplies per channel.
  private mutating func cutBeside(_ operation: Int, _ tensor: Int, _ count: Int, _ of: Int) {
    let weight = product(operation)?.weight.index
    for input in Set(entry(operation).inputs ?? []) {
      guard let constant = constants[Int(input)], Int(input) != weight, constant.uses.count == 1,
        constant.elements > 1, Int(constant.tensor.shape?.last ?? 0) == channels(tensor)
      else { continue }
      savedBeside += constant.elements / of * count
    }
  }

  /// Fills in a product's counts; returns how many of its weights are removed.
  func count(_ product: Product, removed own: Int, _ layer: inout ChannelEstimate.Layer) -> Int {
    var (rows, columns) = (product.matrix.rows - own, product.matrix.columns)
    if let lost = removed[product.data] {
      if product.flow == .mixes {
        columns -= columns / lost.of * lost.count
      } else {
        rows -= rows / lost.of * lost.count
      }
    }
    let before = product.matrix.rows * product.matrix.columns
    layer.parameters = .init(before: before, after: rows * columns)
    layer.multiplications = .init(
      before: product.positions * before, after: product.positions * rows * columns)
    return before - rows * columns
  }
}
