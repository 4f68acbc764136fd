extension Model {
  /// Removes references that lead nowhere, in places that the runtime ignores when it loads a
  /// model. Returns them.
  ///
  /// Source: LiteRT 2.3.0 loads and runs models with each of these.
  mutating func leaveOutDangling(fileSize: Int) -> [ModelFault.Problem] {
    var found: [ModelFault.Problem] = []
    func exists(
      _ index: Int, below count: Int, _ what: String, _ path: @autoclosure () -> String
    ) -> Bool {
      guard !(0..<count).contains(index) else { return true }
      found.append(.init(path(), "\(what) \(index) does not exist"))
      return false
    }
    metadata = metadata.enumerated().filter { m, entry in
      exists(
        Int(entry.buffer), below: buffers.count, "buffer",
        "metadata[\(m)] '\(entry.name?.description ?? "")'")
    }.map(\.element)
    metadataBuffers = metadataBuffers?.enumerated().filter { i, index in
      exists(Int(index), below: buffers.count, "buffer", "metadata_buffer[\(i)]")
    }.map(\.element)
    signatures = signatures.enumerated().filter { s, signature in
      let path = "signature_defs[\(s)] '\(signature.key?.description ?? "")'"
      let subgraph = Int(signature.subgraphIndex)
      // Without any subgraph there is no model.
      guard !subgraphs.isEmpty else { return true }
      guard exists(subgraph, below: subgraphs.count, "subgraph", path) else { return false }
      return (signature.inputs + signature.outputs).allSatisfy { map in
        exists(
          Int(map.tensorIndex), below: subgraphs[subgraph].tensors.count, "tensor",
          "\(path), '\(map.name?.description ?? "")'")
      }
    }.map(\.element)
    for s in subgraphs.indices {
      let tensors = subgraphs[s].tensors.count
      for o in subgraphs[s].operators.indices where !usesIntermediates(subgraphs[s].operators[o]) {
        let kept = subgraphs[s].operators[o].intermediates?.enumerated().map { i, index in
          index == -1
            || exists(
              Int(index), below: tensors, "tensor",
              "subgraphs[\(s)].operators[\(o)].intermediates[\(i)]")
            ? index : -1
        }
        subgraphs[s].operators[o].intermediates = kept
      }
    }
    let used = Set(subgraphs.flatMap { $0.tensors.map(\.buffer) } + metadata.map(\.buffer))
    for index in buffers.indices where !used.contains(UInt32(index)) {
      let (offset, size) = (buffers[index].offset, buffers[index].size)
      guard offset > 1, offset > fileSize || size > UInt64(fileSize) - offset else { continue }
      found.append(.init("buffers[\(index)]", "\(size) bytes at \(offset) do not exist"))
      (buffers[index].offset, buffers[index].size) = (0, 0)
    }
    return found
  }

  /// Only the kernels of LSTM read intermediate tensors.
  private func usesIntermediates(_ entry: Operator) -> Bool {
    guard operatorCodes.indices.contains(Int(entry.opcodeIndex)) else { return true }
    return operatorCodes[Int(entry.opcodeIndex)].kind.description.hasSuffix("LSTM")
  }
}
