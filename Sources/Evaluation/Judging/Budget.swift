/// The multiplications that a search may still use.
package struct Budget {
  private var left: Double

  package init(multiplications: Double) { left = multiplications }

  /// Returns how often a cost fits into the budget, at most `most`.
  package func count(of cost: Double, most: Int = .max) -> Int {
    Int(exactly: (left / cost).rounded(.down)).map { min($0, most) } ?? most
  }

  /// Spends the cost if it fits. Returns whether it did.
  package mutating func take(_ cost: Double) -> Bool {
    guard cost <= left else { return false }
    left -= cost
    return true
  }
}
