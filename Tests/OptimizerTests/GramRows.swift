@testable import LinearAlgebra

extension GramMatrix {
  /// Of `rows`, with the rows of `others` at the same places as columns.
  convenience init(rows: [[Double]], with others: [[Double]]? = nil) {
    let depth = rows[0].count
    self.init(groups: 1, depth: depth)
    count = rows.count
    for (x, y) in zip(rows, others ?? rows) {
      for row in 0..<depth {
        sums[row] += x[row]
        for column in 0..<depth { products[row * depth + column] += x[row] * y[column] }
      }
    }
  }
}
