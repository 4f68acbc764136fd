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
      // A decoder's source may be another decoder's result: the last folded comes first.
      for folded in context.folded.reversed() where folded.tensor.subgraph == subgraph {
        let graph = Graph(model, subgraph: subgraph)
        let uses = graph.uses[folded.tensor.index]
        guard model[folded.tensor].buffer == folded.buffer,
          !context.plain.contains(folded.tensor),
          let first = uses.map(\.operation).min()
        else { continue }
        model[folded.tensor].buffer = folded.formerBuffer
        model.rewriteOperators(of: subgraph) { index, old in
          index == first ? [.insert(folded.decoder), .keep(old)] : [.keep(old)]
        }
      }
    }
  }
}
