import Platform
import TFLite

/// LOGISTIC and TANH of int16 values: straight lines between 256 samples of 1 ÷ (1 + e^(−i/24))
/// with 16 fractional bits, as in the reference kernels.
final class SigmoidTable: @unchecked Sendable {
  private let base: UnsafeMutablePointer<UInt32>
  static let shared = SigmoidTable()

  /// Samples that are one greater in the runtime than rounding would make them.
  private static let raised: [Int] = [
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40, 41,
    43,
    44, 45, 46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
  ]

  private init() {
    base = .allocate(capacity: 256)
    for index in 0..<256 {
      let sample = 65536 / (1 + MathFunctions.exponential(Double(-index) / 24))
      base[index] = UInt32(sample.rounded())
    }
    for index in Self.raised { base[index] += 1 }
  }

  /// Returns the value at an input that counts in 1/24, with `bits` fractional bits for the line
  /// between samples.
  @inline(__always)
  private func line(_ input: UInt32, bits: UInt32, greatest: UInt32) -> UInt32 {
    let index = Int(input &>> bits)
    guard index < 255 else { return greatest }
    let (first, next) = (base[index], base[index &+ 1])
    return (first &<< bits) &+ (input & (1 &<< bits &- 1)) &* (next &- first)
  }

  /// `input` is the value × 3 × 4096.
  @inline(__always)
  func logistic(_ input: Int32) -> Int16 {
    let result = line(input.magnitude, bits: 9, greatest: 0x7FFF << 10)
    let signed = input >= 0 ? result &+ 512 : (1 << 25 &- result) &+ 511
    return Int16(truncatingIfNeeded: signed &>> 10)
  }

  /// `input` is the value × 3 × 4096: tanh x = 2 × logistic 2x − 1.
  @inline(__always)
  func tanh(_ input: Int32) -> Int16 {
    let result = Int32(bitPattern: line(input.magnitude, bits: 8, greatest: 0xFFFF << 8))
    let signed = input >= 0 ? result &- 1 << 23 &+ 128 : 0 &- result &+ 1 << 23 &+ 127
    return Int16(truncatingIfNeeded: signed &>> 8)
  }
}

/// The conversion of int16 values of a scale to inputs of the table.
struct SigmoidScale {
  private let factor: Int32
  private let shift: Int32
  private let round: Int32

  /// A scale of 2^−12, or of up to `shifts` bits more, only shifts.
  init(_ scale: Affine, shifts: Int) {
    if let exponent = scale.powerOfTwo, (0...shifts).contains(exponent + 12) {
      (factor, shift, round) = (3 << Int32(exponent + 12), 0, 0)
      return
    }
    var multiplier = Double(scale.scale) * 4096 * 3
    var count: Int32 = 0
    while multiplier <= 32767 / 2, count <= 30 {
      count += 1
      multiplier *= 2
    }
    let whole = Int32(exactly: multiplier.rounded(.towardZero)) ?? .min
    // The kernels take a factor of 0 as the sign of a power of two: a scale below 2^−45 saturates.
    guard whole != 0 else {
      (factor, shift, round) = (3 &<< count, 0, 0)
      return
    }
    factor = whole
    shift = count
    round = count > 0 ? 1 &<< (count - 1) : 0
  }

  @inline(__always)
  func callAsFunction(_ value: Int16) -> Int32 { (Int32(value) &* factor &+ round) &>> shift }
}
