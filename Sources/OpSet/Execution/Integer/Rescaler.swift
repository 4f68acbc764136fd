import TFLite

/// A `QuantizedMultiplier` unfolded for inner loops; the results are the same.
struct Rescaler {
  private let fraction: Int64
  private let left: Int32
  private let right: Int64
  /// Half the divisor of the shift to the right.
  private let half: Int64
  /// All ones where results are shifted to the right, else 0. Below zero, halves are rounded down.
  private let mask: Int64

  init(_ multiplier: QuantizedMultiplier) {
    self.init(fraction: multiplier.fraction, shift: multiplier.shift)
  }

  init(_ factor: Double) { self.init(QuantizedMultiplier(factor)) }

  /// A shift to the right may exceed what 32 bits have.
  init(fraction: Int32, shift: Int) {
    self.fraction = Int64(fraction)
    left = Int32(clamping: max(shift, 0))
    right = Int64(min(62, max(-shift, 0)))
    half = shift < 0 ? 1 << (right - 1) : 0
    mask = shift < 0 ? -1 : 0
  }

  @inline(__always)
  func callAsFunction(_ value: Int32) -> Int32 {
    // The fraction is not negative, so this product never overflows 31 bits.
    let high = (Int64(value &<< left) &* fraction &+ 1 << 30) &>> 31
    return Int32(truncatingIfNeeded: (high &+ half &+ (high &>> 63 & mask)) &>> right)
  }
}

extension Affine {
  /// Returns the quantized value minus the zero point.
  @inline(__always)
  func difference<Element: FixedWidthInteger>(_ value: Element) -> Int32 {
    Int32(truncatingIfNeeded: value) &- zeroPoint
  }
}

extension Int32 {
  @inline(__always)
  func clamped(_ range: ClosedRange<Int32>) -> Int32 {
    Swift.max(range.lowerBound, Swift.min(range.upperBound, self))
  }
}

/// A table from the bits of an 8-bit operand to the integer that takes part in the operation.
final class OperandTable: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Int32>

  init(isSigned: Bool, _ function: (Int32) -> Int32) {
    base = .allocate(capacity: 256)
    for bits in UInt8.min...UInt8.max {
      base[Int(bits)] = function(isSigned ? Int32(Int8(bitPattern: bits)) : Int32(bits))
    }
  }

  deinit { base.deallocate() }

  @inline(__always)
  subscript(_ bits: UInt8) -> Int32 { base[Int(bits)] }

  /// All 256, as long as the table lives.
  var entries: UnsafePointer<Int32> { UnsafePointer(base) }
}
