import OpSet
import TFLite

/// Turns encoded constants (float16 or integers behind DEQUANTIZE, sparse weights) into plain float
/// constants, so that later passes see all weights. Exact: the values are those that the runtime
/// computes. Helps every model that was optimized before. Never touches a constant that is also a
/// subgraph output. `restore-constants` restores the encoding of constants that are still float at
/// the end.
package struct FoldConstants: Pass {
  package static let name = "fold-constants"
  package static let summary =
    "decode float16, sparse and quantized constants so that later passes see them"

  package init() {}

  package func run(on model: inout Model, in job: inout Job) throws {
    for subgraph in model.subgraphs.indices {
      var graph = Graph(model, subgraph: subgraph)
      var removed: Set<Int> = []
      var buffers: [FoldKey: UInt32] = [:]
      // A decoder may feed a decoder, so operators must see the constants made before.
      for (index, entry) in model.subgraphs[subgraph].operators.enumerated() {
        guard
          let folded = try fold(entry, of: subgraph, &model, graph, &buffers, &job)
        else { continue }
        removed.insert(index)
        job.decoded.add(folded)
        graph.makeConstant(folded.tensor.index)
      }
      try foldSparse(of: subgraph, &model, graph, &job)
      guard !removed.isEmpty else { continue }
      model.rewriteOperators(of: subgraph) { removed.contains($0) ? [] : [.keep($1)] }
    }
  }

  private func fold(
    _ entry: Operator, of subgraph: Int, _ model: inout Model, _ graph: Graph,
    _ buffers: inout [FoldKey: UInt32], _ job: inout Job
  ) throws -> FoldedConstant? {
    let kind = model.kind(of: entry)
    guard kind.isDecoder, let input = entry.inputs?.first, input >= 0,
      let output = entry.outputs?.first, output >= 0, graph.isConstant(Int(input)),
      !graph.isOutput[Int(output)],
      model.subgraphs[subgraph].tensors[Int(input)].externalBuffer == 0
    else { return nil }
    let source = TensorID(subgraph, input)
    let tensor = TensorID(subgraph, output)
    guard let stored = model.data(of: source), model[tensor].shape == model[source].shape,
      let decoded = try decoded(
        kind, model[source], model[tensor], stored, &job, at: source)
    else { return nil }
    let key = FoldKey(buffer: model[source].buffer, tensor: model[source])
    let buffer = buffers[key] ?? model.append(decoded)
    buffers[key] = buffer
    let former = model[tensor].buffer
    model[tensor].buffer = buffer
    return FoldedConstant(
      tensor: tensor, source: source, decoder: entry, formerBuffer: former, buffer: buffer)
  }

  /// Decodes float weights that operators read in sparse form.
  private func foldSparse(
    of subgraph: Int, _ model: inout Model, _ graph: Graph, _ job: inout Job
  ) throws {
    for (index, tensor) in model.subgraphs[subgraph].tensors.enumerated() {
      let id = TensorID(subgraph, index)
      let isDecoded = graph.uses[index].contains {
        model.kind(of: model.subgraphs[subgraph].operators[$0.operation]).isDecoder
      }
      guard let sparsity = tensor.sparsity, tensor.type == .float32, tensor.externalBuffer == 0,
        graph.isConstant(index), !graph.isOutput[index], !graph.uses[index].isEmpty, !isDecoded,
        let stored = model.data(of: id),
        let dense = try decoded(.densify, tensor, tensor, stored, &job, at: id)
      else { continue }
      let buffer = model.append(dense)
      job.decoded.sparse[id] = FoldedSparse(
        sparsity: sparsity, formerBuffer: tensor.buffer, buffer: buffer,
        storedBytes: stored.count + sparsity.byteCount)
      job.findings[SparseRequest.self, default: SparseRequest()].weights.insert(id)
      model[id].buffer = buffer
      model[id].sparsity = nil
    }
  }

  /// Returns the recipe for the decoded data, or nil for an encoding that stays.
  private func decoded(
    _ kind: BuiltinOperator, _ source: Tensor, _ target: Tensor, _ stored: TensorData,
    _ job: inout Job, at id: TensorID
  ) throws -> TensorData? {
    guard let elements = source.elementCount, elements > 0 else { return nil }
    if OpSet.spec(for: kind)?.traits.contains(.readsSparseStorage) == true {
      guard target.type == source.type, source.sparsity != nil else { return nil }
      let decoder: SparseDecoder
      do {
        decoder = try SparseDecoder(source, storedBytes: stored.count)
      } catch { throw OptimizerFault.sparsity(id, name: source.label, error) }
      try checkSize(decoder.denseCount, stored.count, job.options, source, id)
      return .deferred(
        DeferredData(source: stored, transform: Densify(decoder), count: decoder.denseCount))
    }
    guard target.type == .float32, source.sparsity == nil,
      let bytes = source.type.byteCount(elements: elements), stored.count >= bytes
    else { return nil }
    let transform: (any TensorTransform)? =
      switch source.type {
      case .float16: FromFloat16()
      case .int8, .uint8, .int16: StoredIntegers(source).map(FromIntegers.init)
      default: nil
      }
    return transform.map {
      .deferred(DeferredData(source: stored, transform: $0, count: elements * 4))
    }
  }

  /// Limits the decoded size, since a few bytes can describe a tensor of any size.
  private func checkSize(
    _ dense: Int, _ stored: Int, _ options: RunOptions, _ tensor: Tensor, _ id: TensorID
  ) throws {
    // Below one megabyte the ratio is meaningless: a nearly empty tensor is small anyway.
    let limit = options.maxMemory ?? min(256 << 20, max(1 << 20, 64 * stored))
    guard dense > limit else { return }
    throw OptimizerFault.sparsity(
      id, name: tensor.label, .tooLarge(bytes: dense, limit: limit))
  }
}

/// Constants with equal keys decode to the same bytes.
private struct FoldKey: Hashable {
  let buffer: UInt32
  let type: TensorType
  let shape: [Int32]?
  let scale: [Float]?
  let zeroPoint: [Int64]?
  let sparsity: Sparsity?

  init(buffer: UInt32, tensor: Tensor) {
    self.buffer = buffer
    type = tensor.type
    shape = tensor.shape
    scale = tensor.quantization?.scale
    zeroPoint = tensor.quantization?.zeroPoint
    sparsity = tensor.sparsity
  }
}
