/// Multiplications that a search may still take.
package struct Budget {
  private var left: Double

  package init(multiplications: Double) { left = multiplications }

  /// Returns how often something of this cost fits, at most `most`.
  package func count(of cost: Double, most: Int = .max) -> Int {
    Int(exactly: (left / cost).rounded(.down)).map { min($0, most) } ?? most
  }

  /// Spends the cost where it fits; returns whether it did.
  package mutating func take(_ cost: Double) -> Bool {
    guard cost <= left else { return false }
    left -= cost
    return true
  }
}
