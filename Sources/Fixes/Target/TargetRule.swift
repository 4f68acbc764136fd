import TFLite

/// A way to rewrite an operator that a target refuses into operators that it takes. It is tried only there,
/// and kept only if the target refuses less afterwards.
protocol TargetRule: FixRule {
  /// The operators that it is for.
  static var kinds: Set<BuiltinOperator> { get }
}

/// The rules for targets, in the order in which they are tried on an operator.
package enum TargetRules {
  static let all: [any TargetRule.Type] = [
    ReshapesOnly.self, SlicesOnly.self, JoinedParts.self, TransposedBias.self,
    HardSwishParts.self, ReluParts.self, GeluParts.self, PlainArithmetic.self, Quotients.self,
    DepthToSpaceParts.self, SeparateActivations.self, WideSteps.self, WideOperands.self,
  ]

  package static var names: [String] { all.map { $0.name } }

  /// Names and summaries, for help.
  package static var summaries: [(name: String, summary: String)] {
    all.map { ($0.name, $0.summary) }
  }
}
