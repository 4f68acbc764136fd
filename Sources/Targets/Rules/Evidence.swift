/// How well a rule is known.
package enum Mark: String, Sendable {
  /// Measured with the target's own software by `Tools/oracle_targets.py`.
  case verified
  /// Read in the target's sources.
  case read
  /// In the vendor's documentation.
  case documented
  /// From memory alone: verdicts are unknown.
  case remembered
}

/// Where a rule comes from.
package struct Evidence: Sendable {
  package let mark: Mark
  package let source: String

  package init(_ mark: Mark, _ source: String) {
    self.mark = mark
    self.source = source
  }
}
