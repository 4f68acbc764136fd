import TFLite

/// Puts constants that `fold-constants` decoded and no pass changed back into the encoding they came
/// in, byte for byte.
///
/// Last of the passes that edit operators, so that a file never grows because a part of it was left
/// alone. Never touches a constant whose data or type a pass replaced.
public struct RestoreConstants: Pass {
  public static let name = "restore-constants"
  public static let summary = "put back what is still float in the encoding it came in"

  public init() {}

  public func run(on model: inout Model, in context: inout PassContext) throws {
    for subgraph in model.subgraphs.indices {
      let graph = Graph(model, subgraph: subgraph)
      // Where a decoder that was put back reads a tensor.
      var decoders: [TensorID: Int] = [:]
      var inserted: [Int: [Operator]] = [:]
      // A decoder's source may be another decoder's result: the last folded comes first.
      for folded in context.folded.reversed() where folded.tensor.subgraph == subgraph {
        let places = graph.uses[folded.tensor.index].map(\.operation)
        let all = places + [decoders[folded.tensor]].compactMap { $0 }
        guard model[folded.tensor].buffer == folded.buffer,
          !context.plain.contains(folded.tensor), let first = all.min()
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
}
