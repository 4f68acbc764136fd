import TFLite

/// Removes tensors, buffers and operator codes that nothing refers to, and stores equal buffers once.
///
/// Runs after passes that replaced constants. Never removes a subgraph, an operator or metadata.
public struct RemoveUnused: Pass {
  public static let name = "remove-unused"
  public static let summary = "drop tensors, buffers and operator codes that nothing refers to"

  public init() {}

  public func run(on model: inout Model, in context: inout PassContext) throws {
    context.moves = model.removeUnused()
  }
}
