import Optimizer
import TFLite

/// A way to rewrite operators so that fewer of them, or faster ones, compute the same.
protocol FixRule: Sendable {
  /// The word of `--rules`.
  static var name: String { get }
  static var summary: String { get }
  /// Whether results keep their bits; else only the order of roundings changes.
  static var isExact: Bool { get }

  init()

  /// Rewrites what ends in the operator at `index`. Returns whether it changed something.
  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool

  /// Rewrites a subgraph once.
  func apply(to editor: inout GraphEditor) throws
}

extension FixRule {
  static var isExact: Bool { true }

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool { false }

  func apply(to editor: inout GraphEditor) throws {
    var index = 0
    var again = 0
    while index < editor.operators.count {
      // An edit can enable the next one at the same place.
      if !editor.isExcluded(index), try rewrite(index, &editor), again < Self.mostAtOnePlace {
        again += 1
      } else {
        again = 0
        index += 1
      }
    }
  }

  /// A bound that no real graph reaches; it ends a rule that would undo its own work.
  private static var mostAtOnePlace: Int { 64 }
}
