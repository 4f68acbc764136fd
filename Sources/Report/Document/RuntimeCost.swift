import Optimizer

/// What a result gave up so that an older runtime loads it.
package struct RuntimeCost: Sendable {
  /// The release that was asked for.
  package let wanted: String
  package let concessions: RuntimeConcessions

  package init(wanted: String, _ concessions: RuntimeConcessions) {
    self.wanted = wanted
    self.concessions = concessions
  }
}
