import Optimizer

extension ReportDocument {
  /// The result of pruning in all weights that were pruned.
  package struct Pruning: Sendable {
    package var tensors: Int
    package var zeros: Int
    package var elements: Int
    /// "layer" or "global": the sparsity was reached in each layer, or in all layers together.
    package var scope: String
    package var isSolved: Bool

    package init(_ summary: PruningSummary) {
      tensors = summary.zeros.count
      zeros = summary.zeros.values.reduce(0) { $0 + $1.zeros }
      elements = summary.zeros.values.reduce(0) { $0 + $1.elements }
      scope = summary.scope.rawValue
      isSolved = summary.isSolved
    }

    package var sparsity: Double { Double(zeros) / Double(max(elements, 1)) }
  }
}
