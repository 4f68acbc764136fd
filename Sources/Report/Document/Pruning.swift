import Optimizer

extension ReportDocument {
  /// What pruning reached, in all weights that it looked at.
  public struct Pruning: Sendable {
    public var tensors: Int
    public var zeros: Int
    public var elements: Int
    /// "layer" or "global": what the sparsity was reached in.
    public var scope: String
    public var isSolved: Bool

    public init(_ summary: PruningSummary) {
      tensors = summary.zeros.count
      zeros = summary.zeros.values.reduce(0) { $0 + $1.zeros }
      elements = summary.zeros.values.reduce(0) { $0 + $1.elements }
      scope = summary.scope.rawValue
      isSolved = summary.isSolved
    }

    public var sparsity: Double { Double(zeros) / Double(max(elements, 1)) }
  }
}
