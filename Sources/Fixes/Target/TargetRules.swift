/// The rules for targets, in the order in which they are tried on an operator.
package enum TargetRules {
  static let all: [any TargetRule.Type] = [
    ConstantResults.self, UnrolledLoops.self, ReshapesOnly.self, SlicesOnly.self, Gathers.self,
    IndexArithmetic.self, FlatLayouts.self, FlatSlices.self, JoinedParts.self,
    MirrorPadParts.self, TransposedBias.self, SubpixelConvolutions.self, HardSwishParts.self,
    ReluParts.self, GeluParts.self, PlainArithmetic.self, Roots.self, Quotients.self,
    NormalizationParts.self, PooledMeans.self, PointwiseProducts.self, ResizeSteps.self,
    DepthToSpaceParts.self, SeparateActivations.self, WideSteps.self, WideOperands.self,
  ]

  package static var names: [String] { all.map { $0.name } }

  /// Names and summaries, for help.
  package static var summaries: [(name: String, summary: String)] {
    all.map { ($0.name, $0.summary) }
  }
}
