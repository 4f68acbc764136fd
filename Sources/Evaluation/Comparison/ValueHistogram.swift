import TFLite

/// How the values of both models are spread over the range of a tensor's integers, and beyond it.
package struct ValueHistogram: Equatable, Sendable {
  /// Bins inside the range, and beyond each of its ends; the outermost hold all that is further out.
  package static let inside = 40
  package static let beyond = 4
  /// A run adds at most about this number of values, evenly spaced: enough for a picture.
  private static let mostOfRun = 1024

  /// The reals that the integers span.
  package let range: ClosedRange<Float>
  package private(set) var reference = [Int](repeating: 0, count: inside + 2 * beyond)
  package private(set) var other = [Int](repeating: 0, count: inside + 2 * beyond)

  /// Returns nil for integers that span nothing.
  package init?(_ range: ClosedRange<Float>) {
    guard range.lowerBound.isFinite, range.upperBound.isFinite,
      range.upperBound > range.lowerBound
    else { return nil }
    self.range = range
  }

  package mutating func add(_ reals: [Float], reference values: [Float]) {
    let step = max(1, reals.count / Self.mostOfRun)
    for index in stride(from: 0, to: min(reals.count, values.count), by: step) {
      if let bin = bin(values[index]) { reference[bin] += 1 }
      if let bin = bin(reals[index]) { other[bin] += 1 }
    }
  }

  /// Returns nil for NaN.
  private func bin(_ value: Float) -> Int? {
    guard !value.isNaN else { return nil }
    let width = (Double(range.upperBound) - Double(range.lowerBound)) / Double(Self.inside)
    let place = ((Double(value) - Double(range.lowerBound)) / width).rounded(.down)
    // Both ends belong to the range.
    if value == range.upperBound { return Self.beyond + Self.inside - 1 }
    let last = Double(Self.inside + 2 * Self.beyond - 1)
    return Int(max(0, min(last, place + Double(Self.beyond))))
  }
}
