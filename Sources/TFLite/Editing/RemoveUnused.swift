/// The new indices of tensors after unused ones were removed, by subgraph and old index; −1 for
/// removed tensors.
package struct TensorMoves: Sendable {
  package private(set) var places: [[Int32]]

  package init(_ places: [[Int32]]) { self.places = places }

  package func callAsFunction(_ id: TensorID) -> TensorID? {
    // Subgraphs that were only called by what is gone are no more.
    guard places.indices.contains(id.subgraph) else { return nil }
    let place = places[id.subgraph][id.index]
    return place < 0 ? nil : TensorID(id.subgraph, place)
  }
}

extension Model {
  /// Removes tensors, buffers and operator codes that nothing refers to, merges equal buffers and
  /// renumbers the rest in order. Buffer 0 stays.
  package mutating func removeUnused() -> TensorMoves {
    let moves = TensorMoves(subgraphs.indices.map { removeUnusedTensors(of: $0) })
    removeUnusedBuffers()
    removeUnusedCodes()
    return moves
  }

  private mutating func removeUnusedTensors(of index: Int) -> [Int32] {
    var used = [Bool](repeating: false, count: subgraphs[index].tensors.count)
    func mark(_ tensors: [Int32]?) {
      for tensor in tensors ?? [] where used.indices.contains(Int(tensor)) {
        used[Int(tensor)] = true
      }
    }
    mark(subgraphs[index].inputs)
    mark(subgraphs[index].outputs)
    for entry in subgraphs[index].operators {
      mark(entry.inputs)
      mark(entry.outputs)
      mark(entry.intermediates)
    }
    for signature in signatures where Int(signature.subgraphIndex) == index {
      mark((signature.inputs + signature.outputs).map { Int32($0.tensorIndex) })
    }
    for (tensor, isUsed) in zip(subgraphs[index].tensors, used) where isUsed {
      mark(tensor.quantization?.details?.tensors)
    }
    guard used.contains(false) else { return (0..<Int32(used.count)).map { $0 } }
    var next: Int32 = 0
    let places: [Int32] = used.map { isUsed in
      defer { if isUsed { next += 1 } }
      return isUsed ? next : -1
    }
    remapTensors(of: index, places)
    return places
  }

  private mutating func remapTensors(of index: Int, _ places: [Int32]) {
    func moved(_ tensors: [Int32]?) -> [Int32]? {
      tensors?.map { places.indices.contains(Int($0)) ? places[Int($0)] : $0 }
    }
    var subgraph = subgraphs[index]
    subgraph.tensors = zip(subgraph.tensors, places).filter { $0.1 >= 0 }.map(\.0)
    for t in subgraph.tensors.indices {
      subgraph.tensors[t].quantization?.details?.remap { moved([$0])?.first ?? $0 }
    }
    subgraph.inputs = moved(subgraph.inputs)
    subgraph.outputs = moved(subgraph.outputs)
    for o in subgraph.operators.indices {
      subgraph.operators[o].inputs = moved(subgraph.operators[o].inputs)
      subgraph.operators[o].outputs = moved(subgraph.operators[o].outputs)
      subgraph.operators[o].intermediates = moved(subgraph.operators[o].intermediates)
    }
    subgraphs[index] = subgraph
    for s in signatures.indices where Int(signatures[s].subgraphIndex) == index {
      for i in signatures[s].inputs.indices {
        let old = Int(signatures[s].inputs[i].tensorIndex)
        signatures[s].inputs[i].tensorIndex = UInt32(places[old])
      }
      for i in signatures[s].outputs.indices {
        let old = Int(signatures[s].outputs[i].tensorIndex)
        signatures[s].outputs[i].tensorIndex = UInt32(places[old])
      }
    }
  }

  private mutating func removeUnusedBuffers() {
    guard !buffers.isEmpty else { return }
    var used = [Bool](repeating: false, count: buffers.count)
    used[0] = true
    forEachBufferIndex { used[Int($0)] = true }
    var places = [UInt32](repeating: 0, count: buffers.count)
    var kept: [Buffer] = []
    var known: [TensorDataKey: UInt32] = [:]
    for (index, buffer) in buffers.enumerated() where used[index] {
      let key = buffer.data.map(TensorDataKey.init)
      if index > 0, let key, let first = known[key] {
        places[index] = first
        continue
      }
      // One empty buffer serves all tensors without data.
      if index > 0, key == nil, buffers[0].data == nil { continue }
      places[index] = UInt32(kept.count)
      if let key { known[key] = places[index] }
      kept.append(buffer)
    }
    buffers = kept
    forEachBufferIndex { $0 = places[Int($0)] }
  }

  private mutating func forEachBufferIndex(_ body: (inout UInt32) -> Void) {
    for s in subgraphs.indices {
      for t in subgraphs[s].tensors.indices { body(&subgraphs[s].tensors[t].buffer) }
    }
    for m in metadata.indices { body(&metadata[m].buffer) }
    for i in (metadataBuffers ?? []).indices {
      var index = UInt32(metadataBuffers?[i] ?? 0)
      body(&index)
      metadataBuffers?[i] = Int32(index)
    }
  }

  private mutating func removeUnusedCodes() {
    var places = [UInt32?](repeating: nil, count: operatorCodes.count)
    for subgraph in subgraphs {
      for entry in subgraph.operators { places[Int(entry.opcodeIndex)] = 0 }
    }
    var kept: [OperatorCode] = []
    for index in operatorCodes.indices where places[index] != nil {
      places[index] = UInt32(kept.count)
      kept.append(operatorCodes[index])
    }
    operatorCodes = kept
    for s in subgraphs.indices {
      for o in subgraphs[s].operators.indices {
        let old = Int(subgraphs[s].operators[o].opcodeIndex)
        subgraphs[s].operators[o].opcodeIndex = places[old] ?? 0
      }
    }
  }
}

/// Data that is known to be equal without running transforms.
private enum TensorDataKey: Hashable {
  case file(Range<Int>)
  case bytes([UInt8])
  case deferred(ObjectIdentifier)

  init(_ data: TensorData) {
    switch data {
    case .file(let range): self = .file(range)
    case .bytes(let bytes): self = .bytes(bytes)
    case .deferred(let deferred): self = .deferred(ObjectIdentifier(deferred))
    }
  }
}

extension QuantizationDetails {
  /// Indices of tensors of the same subgraph that hold scales and zero points; −1 for none.
  package var tensors: [Int32] {
    switch self {
    case .custom: []
    case .blockwise(let blockwise): [blockwise.scales, blockwise.zeroPoints]
    case .multiAxis(let multiAxis): [multiAxis.scales, multiAxis.zeroPoints]
    }
  }

  mutating func remap(_ place: (Int32) -> Int32) {
    switch self {
    case .custom:
      break
    case .blockwise(var blockwise):
      blockwise.scales = place(blockwise.scales)
      blockwise.zeroPoints = place(blockwise.zeroPoints)
      self = .blockwise(blockwise)
    case .multiAxis(var multiAxis):
      multiAxis.scales = place(multiAxis.scales)
      multiAxis.zeroPoints = place(multiAxis.zeroPoints)
      self = .multiAxis(multiAxis)
    }
  }
}
