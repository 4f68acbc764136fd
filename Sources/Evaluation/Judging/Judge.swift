/// Keeps the best of several candidates: one takes the incumbent's place where it is better.
///
/// Better means less of what `measure` returns, which should come from samples that made none of the
/// candidates. The incumbent is measured once, when the first offer comes.
package struct Judge<Candidate> {
  package private(set) var incumbent: Candidate
  private var least: Double?
  private let measure: (Candidate) throws -> Double

  package init(_ incumbent: Candidate, measure: @escaping (Candidate) throws -> Double) {
    self.incumbent = incumbent
    self.measure = measure
  }

  /// Returns whether the candidate is the incumbent now. It must be less than the incumbent even when
  /// multiplied by `margin`. Throws what measuring throws.
  @discardableResult
  package mutating func offer(_ candidate: Candidate, margin: Double = 1) throws -> Bool {
    let known = try least ?? measure(incumbent)
    let found = try measure(candidate)
    guard margin * found < known else {
      least = known
      return false
    }
    (incumbent, least) = (candidate, found)
    return true
  }
}
