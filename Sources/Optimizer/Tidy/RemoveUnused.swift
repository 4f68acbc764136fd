import TFLite

/// Removes tensors, buffers and operator codes that nothing refers to, and stores equal buffers once.
///
/// Runs after passes that replaced constants. Never removes a subgraph, an operator or metadata.
package struct RemoveUnused: Pass {
  package static let name = "remove-unused"
  package static let summary = "drop tensors, buffers and operator codes that nothing refers to"

  package init() {}

  package func run(on model: inout Model, in job: inout Job) throws {
    job.log.moves = model.removeUnused()
  }
}
