import OpSet
import TFLite
import Targets

/// What `fix` did for a target.
package struct TargetResult: Sendable {
  package let target: Target
  /// The target's verdicts, through its lens.
  package let before: Standing
  package let after: Standing
  /// Bytes that the rewrites for the target add to the file.
  package let grown: Int
  /// For operators of the input that run afterwards, or are gone, the rule; "fix" where no rule touched
  /// them.
  package let names: [OperatorPlace: String]

  /// Whether the target gets more of the model, or the same in fewer parts.
  package var isBetter: Bool {
    if after.outside != before.outside { return after.outside < before.outside }
    if after.resistance != before.resistance { return after.resistance < before.resistance }
    return after.isFull && after.parts.count < before.parts.count
  }
}

extension Standing {
  /// Operators that the target does not get.
  fileprivate var outside: Int { of - runs }
}
