import Platform
import Testing

/// Floats with NaN around them: kernels may read 64 bytes behind the end, but what stands there must
/// change neither a result nor itself.
final class FloatRoom {
  private static let margin = 32
  private let memory: UnsafeMutablePointer<Float>
  let count: Int

  init(_ values: [Float]) {
    count = values.count
    memory = .allocate(capacity: count + 2 * Self.margin)
    memory.initialize(repeating: .nan, count: count + 2 * Self.margin)
    base.update(from: values, count: count)
  }

  convenience init(count: Int) { self.init(Array(repeating: .nan, count: count)) }

  deinit { memory.deallocate() }

  var base: UnsafeMutablePointer<Float> { memory + Self.margin }
  var raw: UnsafeRawPointer { UnsafeRawPointer(base) }
  var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  var isIntactAround: Bool {
    (0..<Self.margin).allSatisfy { memory[$0].isNaN && base[count + $0].isNaN }
  }
}

/// A result by definition, in double precision, and the sum of the magnitudes of its terms.
struct Exact {
  var value: Double
  var magnitude: Double

  init(_ terms: [Double]) {
    value = terms.reduce(0, +)
    magnitude = terms.reduce(0) { $0 + abs($1) }
  }

  init(_ value: Double) { self.init([value]) }

  func clamped(_ low: Float, _ high: Float) -> Exact {
    var result = self
    if value < Double(low) { result.value = Double(low) }
    if value > Double(high) { result.value = Double(high) }
    return result
  }

  /// Within 1e-5 of the terms' magnitude; NaN for NaN, and infinities equal.
  func admits(_ found: Float) -> Bool {
    if value.isNaN { return found.isNaN }
    if value.isInfinite || found.isInfinite { return Double(found) == value }
    return abs(Double(found) - value) <= 1e-5 * magnitude
  }
}

extension SeededRandom {
  /// Between −1 and 1; where `isWild`, one of 40 is NaN or infinite.
  mutating func floats(_ count: Int, isWild: Bool = false) -> [Float] {
    (0..<count).map { _ in
      guard isWild, Int.random(in: 0..<40, using: &self) == 0 else {
        return Float.random(in: -1...1, using: &self)
      }
      return [.nan, .infinity, -.infinity][Int.random(in: 0..<3, using: &self)]
    }
  }

  /// The range of a fused activation.
  mutating func range() -> (Float, Float) {
    [(-.infinity, .infinity), (0, .infinity), (0, 0.5), (-0.3, 0.3)][
      Int.random(in: 0..<4, using: &self)]
  }
}

/// The first place where a result is not what the definition admits.
func mismatch(_ found: [Float], _ expected: [Exact]) -> String? {
  guard found.count == expected.count else { return "\(found.count) results" }
  for (index, (result, exact)) in zip(found, expected).enumerated() where !exact.admits(result) {
    return "[\(index)] is \(result), expected \(exact.value)"
  }
  return nil
}
