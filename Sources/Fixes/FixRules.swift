import Optimizer

/// The rules, in the order in which they run.
package enum FixRules {
  static let all: [any FixRule.Type] = [
    FoldedOperators.self, EqualOperators.self, IdentityOperators.self, SlicesOfAll.self,
    EvenSplits.self, PixelShuffles.self, LayoutChains.self, FusedActivations.self,
    FusedPadding.self,
    WholeFunctions.self, WholeSoftmax.self, MatrixProducts.self, DirectProducts.self,
    BroadcastReshapes.self,
    ReshapeIslands.self, LayoutIslands.self, CancelledDifferences.self, ParametricRelu.self,
    Negations.self, ConstantChains.self, ProductConstants.self, Interpolations.self,
    SharedProducts.self, SplitFunctions.self, Dilations.self, SelectedRelus.self,
  ]

  package static var names: [String] { all.map { $0.name } }

  /// Names and summaries, for help.
  package static var summaries: [(name: String, summary: String)] {
    all.map { ($0.name, $0.summary) }
  }
}
