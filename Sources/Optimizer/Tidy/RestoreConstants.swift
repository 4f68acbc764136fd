import TFLite

/// Restores constants that `fold-constants` decoded and no pass changed to their former encoding,
/// byte for byte; changed values become float16 again, or the integers that they were chosen among.
/// Runs last of the passes that edit operators, so that unchanged parts never make the file grow.
/// Never touches a constant whose type a pass replaced.
package struct RestoreConstants: Pass {
  package static let name = "restore-constants"
  package static let summary = "return constants that stayed float to the encoding they came in"

  package init() {}

  package func run(on model: inout Model, in job: inout Job) throws {
    // The encoded buffer, by the buffer of the values decoded from it.
    var encoded: [UInt32: UInt32] = [:]
    for (id, sparse) in job.decoded.sparse { restore(sparse, id, &model, &job) }
    for subgraph in model.subgraphs.indices {
      let graph = Graph(model, subgraph: subgraph)
      // The decoder's position, by the tensor that a restored decoder reads.
      var decoders: [TensorID: Int] = [:]
      var inserted: [Int: [Operator]] = [:]
      // A decoder may read another decoder's result, so the last one folded is restored first.
      for folded in job.decoded.constants.reversed() where folded.tensor.subgraph == subgraph {
        let places = graph.uses[folded.tensor.index].map(\.operation)
        let all = places + [decoders[folded.tensor]].compactMap { $0 }
        guard !job.decoded.plain.contains(folded.tensor), let first = all.min(),
          isUnchanged(folded, model) || reencode(folded, &model, job, &encoded)
        else { continue }
        model[folded.tensor].buffer = folded.formerBuffer
        inserted[first, default: []].insert(folded.decoder, at: 0)
        decoders[folded.source] = min(decoders[folded.source] ?? first, first)
      }
      guard !inserted.isEmpty else { continue }
      model.rewriteOperators(of: subgraph) { index, old in
        (inserted[index] ?? []).map { .insert($0) } + [.keep(old)]
      }
    }
  }

  /// What became dense needs no kernel for sparse weights.
  private func restore(
    _ sparse: FoldedSparse, _ id: TensorID, _ model: inout Model, _ job: inout Job
  ) {
    guard model[id].buffer == sparse.buffer else {
      let operators = model.subgraphs[id.subgraph].operators
      for entry in operators where entry.inputs?.contains(Int32(id.index)) == true {
        job.log.touchedKinds.insert(model.kind(of: entry))
      }
      return
    }
    model[id].buffer = sparse.formerBuffer
    model[id].sparsity = sparse.sparsity
  }

  private func isUnchanged(_ folded: FoldedConstant, _ model: Model) -> Bool {
    model[folded.tensor].buffer == folded.buffer
  }

  /// Stores changed values as they were stored before, so that the file does not grow.
  private func reencode(
    _ folded: FoldedConstant, _ model: inout Model, _ job: Job, _ encoded: inout [UInt32: UInt32]
  ) -> Bool {
    guard model[folded.tensor].type == .float32, let values = model.data(of: folded.tensor),
      let data = stored(values, folded, model, job)
    else { return false }
    let buffer = model[folded.tensor].buffer
    let made = encoded[buffer] ?? model.append(data)
    encoded[buffer] = made
    model[folded.source].buffer = made
    return true
  }

  /// Returns nil for integers that no pass chose the values among: they would be rounded twice.
  private func stored(
    _ values: TensorData, _ folded: FoldedConstant, _ model: Model, _ job: Job
  ) -> TensorData? {
    let (source, count) = (model[folded.source], values.count / 4)
    if source.type == .float16 {
      return .deferred(DeferredData(source: values, transform: ToFloat16(), count: count * 2))
    }
    guard job.log.hasOtherValues(folded.tensor) else { return nil }
    return StoredIntegers(source)?.integers(of: values, count: count)
  }
}
