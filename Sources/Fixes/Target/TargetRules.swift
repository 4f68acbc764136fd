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
