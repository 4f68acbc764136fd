import Platform

/// Keeps the best of several candidates: a better one replaces the incumbent.
///
/// Better means a smaller `measure`, which should use samples from which none of the candidates was
/// made. The incumbent is measured once, at the first offer.
package struct Judge<Candidate> {
  package private(set) var incumbent: Candidate
  private var least: Double?
  private let measure: (Candidate) throws -> Double

  package init(_ incumbent: Candidate, measure: @escaping (Candidate) throws -> Double) {
    self.incumbent = incumbent
    self.measure = measure
  }

  /// Offers a candidate. Returns whether it is the incumbent now: its measure times `margin` must
  /// be less than the incumbent's. Throws what measuring throws.
  @discardableResult
  package mutating func offer(_ candidate: Candidate, margin: Double = 1) throws -> Bool {
    ProgressStage.tried()
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
