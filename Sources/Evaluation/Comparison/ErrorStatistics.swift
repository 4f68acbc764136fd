/// The difference between values and their reference, over any number of samples.
package struct ErrorStatistics: Equatable, Sendable {
  package private(set) var elements = 0
  package private(set) var maxAbs = 0.0
  /// Values that are NaN or infinite although the reference is not; they count nowhere else.
  package private(set) var notFinite = 0
  /// The reference's values that are NaN or infinite; they count nowhere else.
  package private(set) var notFiniteReference = 0
  private var squaredError = 0.0
  private var squaredReference = 0.0
  private var squaredOther = 0.0
  private var product = 0.0
  /// Rows whose greatest value was compared, and those in which its place is the same.
  package private(set) var rows = 0
  package private(set) var agreeing = 0

  package init() {}

  /// Adds equal numbers of values; `rowLength` is the last axis. Rows of one value are not compared
  /// by their greatest.
  package mutating func add(reference: [Float], other: [Float], rowLength: Int) {
    guard reference.count == other.count else { return }
    reference.withUnsafeBufferPointer { reference in
      other.withUnsafeBufferPointer { other in
        // Locals stay in registers; members would be stored for each value.
        var (greatest, error, first, second, both) = (
          maxAbs, squaredError, squaredReference, squaredOther, product
        )
        for index in reference.indices {
          let (a, b) = (Double(reference[index]), Double(other[index]))
          guard a.isFinite, b.isFinite else {
            if a.isFinite { notFinite += 1 } else { notFiniteReference += 1 }
            continue
          }
          let difference = a - b
          greatest = max(greatest, abs(difference))
          error += difference * difference
          first += a * a
          second += b * b
          both += a * b
        }
        (maxAbs, squaredError, squaredReference, squaredOther, product) = (
          greatest, error, first, second, both
        )
      }
    }
    elements += reference.count
    guard rowLength > 1 else { return }
    reference.withUnsafeBufferPointer { reference in
      other.withUnsafeBufferPointer { other in
        for start in stride(from: 0, to: reference.count - rowLength + 1, by: rowLength) {
          rows += 1
          if Self.greatest(reference, from: start, rowLength)
            == Self.greatest(other, from: start, rowLength)
          {
            agreeing += 1
          }
        }
      }
    }
  }

  /// The first place of the greatest value.
  private static func greatest(_ values: UnsafeBufferPointer<Float>, from start: Int, _ count: Int)
    -> Int
  {
    var best = start
    for index in start..<start + count where values[index] > values[best] { best = index }
    return best
  }

  package var rmse: Double { elements == 0 ? 0 : (squaredError / Double(elements)).squareRoot() }

  /// √(Σ error² ÷ Σ reference²); infinite for an error on zeros.
  package var relativeL2: Double {
    squaredError == 0 ? 0 : (squaredError / squaredReference).squareRoot()
  }

  /// Signal to noise in decibels; infinite without an error.
  package var sqnr: Double {
    Self.decibels(squaredReference, squaredError)
  }

  /// Returns the SQNR of the values that were added since; infinite without an error.
  func sqnr(since earlier: ErrorStatistics) -> Double {
    Self.decibels(
      squaredReference - earlier.squaredReference, squaredError - earlier.squaredError)
  }

  package static func decibels(_ signal: Double, _ noise: Double) -> Double {
    noise == 0 ? .infinity : 10 * Double.log10(signal / noise)
  }

  package var cosine: Double {
    let norms = (squaredReference * squaredOther).squareRoot()
    return norms == 0 ? (squaredError == 0 ? 1 : 0) : product / norms
  }

  /// The share of rows with the same argmax, from 0 to 1; nil if there are no rows.
  package var agreement: Double? { rows == 0 ? nil : Double(agreeing) / Double(rows) }
}

extension Double {
  /// Computed from the exponent and a series, exact to 1e-12, without a library.
  fileprivate static func log10(_ x: Double) -> Double {
    guard x > 0, x.isFinite else { return x == 0 ? -.infinity : x }
    let (m, e) = (x.significand, Double(x.exponent))
    // ln m for 1 ≤ m < 2 by the series of atanh.
    let z = (m - 1.4142135623730951) / (m + 1.4142135623730951)
    var (term, sum, k) = (z, 0.0, 1.0)
    while abs(term) > 1e-18 {
      sum += term / k
      term *= z * z
      k += 2
    }
    return ((2 * sum + 0.34657359027997264) + e * 0.6931471805599453) / 2.302585092994046
  }
}
