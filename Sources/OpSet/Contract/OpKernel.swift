/// The execution of an operator: `prepare` checks everything, sets the shapes of the outputs, packs
/// constants and returns the stages, which run without checks.
///
/// `prepare` runs again when a shape changes, and before each run of an operator that asked for the
/// value of an input that only the run knows.
package struct OpKernel: Sendable {
  package let prepare: @Sendable (Preparation) throws -> [Stage]
  /// Whether results follow from the inputs alone: no state, no randomness, no other subgraph.
  package let isPure: Bool

  init(isPure: Bool = true, _ prepare: @escaping @Sendable (Preparation) throws -> [Stage]) {
    self.prepare = prepare
    self.isPure = isPure
  }
}
