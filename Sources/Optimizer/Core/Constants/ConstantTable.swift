import OpSet
import TFLite

/// A float32 constant and everything that reads it at one moment.
struct FloatConstant {
  /// An operator's input that the constant feeds.
  struct Use {
    let place: Graph.Use
    let entry: Operator
    let kind: BuiltinOperator
    let name: String
    /// Nil for custom operators and those that the runtime does not register.
    let spec: OpSpec?
    let role: Role?
  }

  let id: TensorID
  let tensor: Tensor
  let elements: Int
  let uses: [Use]
  /// Bytes that the constant takes in the input file, encoded or not.
  let storedBytes: Int
  let isOutput: Bool

  /// Returns the matrix by which a use multiplies; nil if it does not multiply.
  func matrix(of use: Use) -> WeightMatrix? {
    WeightMatrix(
      use.kind, operand: use.place.operand, options: use.entry.builtinOptions,
      shape: (tensor.shape ?? []).map(Int.init))
  }

  /// Returns, with their reason, the constants with a layout that must stay nevertheless: a
  /// constant that shares their data has another layout or none, and the file would hold the data
  /// twice.
  static func sharingDifferently(
    _ constants: [FloatConstant], _ layouts: [(TensorID, ChannelLayout)], in model: Model
  ) -> [TensorID: Reason] {
    let groups = Dictionary(grouping: constants) { model[$0.id].buffer }
    let known = Dictionary(uniqueKeysWithValues: layouts)
    var reasons: [TensorID: Reason] = [:]
    for (id, layout) in layouts {
      let other = groups[model[id].buffer]?.first { known[$0.id] != layout }
      reasons[id] = other.map { .sharesData(label: $0.tensor.label, type: nil) }
    }
    return reasons
  }

  /// The reason of the first operator that needs a constant and not only its value, or nil.
  var constantOnlyUse: Reason? {
    uses.lazy.compactMap { use -> Reason? in
      guard use.spec != nil, let role = use.role else {
        return .isReadByUnknown(name: use.name)
      }
      switch role {
      case .index: return .isSizesOrIndices(of: use.kind)
      case .state: return .isState(of: use.kind)
      default: return nil
      }
    }.first
  }
}

extension DataReader {
  /// Returns `count` float32 values from the element `first` on.
  package func floats(from first: Int = 0, count: Int) throws -> [Float] {
    try [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      try fill(
        UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count * 4), at: first * 4)
      filled = count
    }
  }
}

extension Job {
  /// Returns all values of a float32 constant.
  package func floats(of id: TensorID, in model: Model) throws -> [Float] {
    guard let data = model.data(of: id), let elements = model[id].elementCount else { return [] }
    return try floats(data, count: elements)
  }

  package func floats(_ data: TensorData, count elements: Int) throws -> [Float] {
    let reader = reader(data)
    defer { reader.releaseMemory() }
    return try reader.floats(count: elements)
  }

  /// Returns the names of weights and biases with NaN or infinity.
  package func nonFiniteWeights(of model: Model) throws -> [String] {
    var names: [String] = []
    var seen: [UInt32: Bool] = [:]
    for constant in floatConstants(of: model) {
      let isWeight = constant.uses.contains { use in
        switch use.role {
        case .weight, .bias, .biasOfIntermediate: true
        default: false
        }
      }
      guard isWeight, let data = model.data(of: constant.id) else { continue }
      let reader = reader(data)
      defer { reader.releaseMemory() }
      let buffer = constant.tensor.buffer
      let isFinite =
        try seen[buffer] ?? (reader.magnitudes(.perTensor, threads: options.threads) != nil)
      seen[buffer] = isFinite
      if !isFinite { names.append(constant.tensor.label) }
    }
    return names
  }

  /// Returns all float32 constants of the model that an operator reads, in order.
  func floatConstants(of model: Model) -> [FloatConstant] {
    model.subgraphs.indices.flatMap { floatConstants(of: model, $0) }
  }

  private func floatConstants(
    of model: Model, _ subgraph: Int
  ) -> [FloatConstant] {
    let graph = Graph(model, subgraph: subgraph)
    let operators = model.subgraphs[subgraph].operators
    return model.subgraphs[subgraph].tensors.enumerated().compactMap {
      index, tensor -> FloatConstant? in
      guard tensor.type == .float32, tensor.sparsity == nil, graph.isConstant(index),
        !graph.uses[index].isEmpty, let elements = tensor.elementCount, elements > 0,
        let needed = tensor.type.byteCount(elements: elements),
        let data = model.data(of: tensor), data.count >= needed
      else { return nil }
      let id = TensorID(subgraph, index)
      let uses = graph.uses[index].map { place in
        let entry = operators[place.operation]
        let spec = OpSet.spec(for: model.kind(of: entry))
        return FloatConstant.Use(
          place: place, entry: entry, kind: model.kind(of: entry), name: model.name(of: entry),
          spec: spec, role: spec?.role(ofInput: place.operand, count: entry.inputs?.count ?? 0))
      }
      return FloatConstant(
        id: id, tensor: tensor, elements: elements, uses: uses,
        storedBytes: storedBytes(of: id, model), isOutput: graph.isOutput[index])
    }
  }

  /// Bytes of the data that a constant is decoded from, sparse index vectors included.
  private func storedBytes(of id: TensorID, _ model: Model) -> Int {
    if let sparse = decoded.sparse[id] { return sparse.storedBytes }
    var root = id
    while let source = decoded.sources[root] { root = source }
    let sparse = model[root].sparsity?.byteCount ?? 0
    return (model.data(of: root)?.count ?? 0) + sparse
  }

  /// Returns the user's rule that leaves a constant alone, as a reason, or nil.
  func exclusion(of constant: FloatConstant, in model: Model) -> Reason? {
    let tensors = model.subgraphs[constant.id.subgraph].tensors
    let stored = decoded.sources[constant.id].map { [model[$0].label] } ?? []
    return selection.exclusion(
      of: [constant.tensor.label] + stored,
      uses: constant.uses.map { use in
        let outputs = (use.entry.outputs ?? []).filter { $0 >= 0 }
        return (use.name, outputs.map { tensors[Int($0)].label })
      })
  }

  /// Returns the encoding that a constant had in the input if it was decoded.
  func formerEncoding(of id: TensorID, in model: Model) -> TensorType? {
    decoded.sources[id].map { model[$0].type }
  }
}

extension Sparsity {
  /// Bytes of the index vectors.
  package var byteCount: Int {
    dimensions.reduce(0) { total, dimension in
      total + (dimension.segments?.byteCount ?? 0) + (dimension.indices?.byteCount ?? 0)
    }
  }
}

/// Upper estimates of the bytes that structures added by passes take in a rewritten file.
enum StructureCost {
  /// Tensor table, buffer table and alignment for a new constant, and its DEQUANTIZE.
  static func dequantize(name: Int) -> Int { 112 + name }
  /// Returns the bytes of the tensor with the scales of blocks.
  static func blocks(_ count: Int, name: Int) -> Int { 160 + name + 2 * count }
  /// Returns the bytes of a quantization table with `channels` scales. Zero points are zeros and
  /// stored once for all `peers` with as many channels.
  static func quantization(channels: Int, peers: Int) -> Int {
    36 + 4 * channels + 8 * channels / max(1, peers)
  }
}

extension Model {
  /// Adds a constant that holds `tensor`'s values encoded, and makes `tensor` the output of a
  /// DEQUANTIZE of it. The operator is inserted by `insertDequantizes`.
  mutating func encode(
    _ id: TensorID, as type: TensorType, buffer: UInt32, quantization: Quantization?
  ) -> TensorID {
    var encoded = Tensor()
    encoded.shape = self[id].shape
    encoded.type = type
    encoded.buffer = buffer
    encoded.name = self[id].name?.appending("_\(type)")
    encoded.quantization = quantization
    encoded.hasRank = self[id].hasRank
    self[id].buffer = 0
    return append(encoded, to: id.subgraph)
  }

  /// Inserts a DEQUANTIZE for each pair before the first operator that reads its result.
  mutating func insertDequantizes(_ pairs: [(from: TensorID, to: TensorID)]) {
    let code = pairs.isEmpty ? 0 : code(for: .dequantize, version: 1)
    for subgraph in subgraphs.indices {
      let graph = Graph(self, subgraph: subgraph)
      var inserted: [Int: [Operator]] = [:]
      for pair in pairs where pair.to.subgraph == subgraph {
        let first = graph.uses[pair.to.index].map(\.operation).min() ?? 0
        var entry = Operator()
        entry.opcodeIndex = code
        entry.inputs = [Int32(pair.from.index)]
        entry.outputs = [Int32(pair.to.index)]
        inserted[first, default: []].append(entry)
      }
      guard !inserted.isEmpty else { continue }
      rewriteOperators(of: subgraph) { index, old in
        (inserted[index] ?? []).map { .insert($0) } + [.keep(old)]
      }
    }
  }
}
