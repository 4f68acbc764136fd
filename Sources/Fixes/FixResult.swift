import Optimizer
import TFLite

/// What the rules did.
package struct FixResult: StepResult {
  /// A rule, and how many operators went through it.
  package struct Rule: Sendable {
    package let name: String
    package let summary: String
    package let gone: Int
  }

  /// Why a rule's changes were taken back.
  package enum Refusal: Sendable {
    /// An output would differ by this share of its range.
    case differs(output: String, Double)
    /// The file would be larger by this many bytes.
    case larger(bytes: Int)
    /// The runtime that was asked for lacks an operator as the rule writes it.
    case needsRuntime(Reason)
    /// Only rules that keep all bits are used where the model cannot be run.
    case notRun
  }

  /// What the outputs were compared on.
  package enum Check: Sendable {
    /// The greatest difference as a share of an output's range; 0 if all bits are equal.
    case ran(difference: Double, samples: Int)
    /// Why the model does not run.
    case notRun(String)
  }

  /// Rules that changed something, in their order.
  package internal(set) var rules: [Rule] = []
  package internal(set) var refused: [(name: String, why: Refusal)] = []
  package internal(set) var operatorsBefore = 0
  package internal(set) var operatorsAfter = 0
  package internal(set) var check: Check?
  /// What a target gets of the model before and after; nil without one.
  package internal(set) var target: TargetResult?
}
