import Evaluation

/// Serializes the whole model and changes nothing.
///
/// It gives a file a new layout, and shows that reading and writing lose nothing.
package struct RewriteStep: Step, Equatable {
  package static let name = "rewrite"
  package static let summary = "serialize the whole model and change nothing"
  package static let example = "rewrite"
  package static let passes: [any Pass.Type] = []

  package let suffix = "optimized"
  package let isRewrite = true

  package init() {}

  package func passes(on samples: CalibrationSource) -> [any Pass] { [] }
}

extension Step where Self == RewriteStep {
  package static var rewrite: RewriteStep { RewriteStep() }
}
