/// A function of int16 values: 513 samples with straight lines between them (LUTPopulate and
/// LUTLookup of LiteRT's common.h). Each sample is shifted by half the line's error in the middle
/// of its interval.
final class InterpolationTable: @unchecked Sendable {
  private static let steps = 512
  private let base = UnsafeMutablePointer<Int16>.allocate(capacity: InterpolationTable.steps + 1)

  /// Samples a function of reals in the precision of `Real`, on which the results depend.
  init<Real: BinaryFloatingPoint>(
    inputScale: Real, inputZeroPoint: Int = 0, outputScale: Real, _ function: (Real) -> Real
  ) {
    let least = inputScale * Real(-32768 - inputZeroPoint)
    let greatest = inputScale * Real(32767 - inputZeroPoint)
    let outputRange = outputScale * 32767 - outputScale * -32768
    let levels = 65536 / outputRange
    let step = (greatest - least) / Real(Self.steps)
    let half = step / 2
    func stored(_ level: Real) -> Int16 {
      // NaN, where a line ends in infinity, becomes 0 as on the processors where the runtime's
      // results were recorded (x86).
      level.isNaN ? 0 : Int16(max(-32768, min(level, 32767)))
    }
    for index in 0..<Self.steps {
      let start = least + Real(index) * step
      let sample = (function(start) * levels).rounded()
      let next = function(least + Real(index + 1) * step) * levels
      let line = ((next + sample) / 2).rounded()
      let middle = (function(start + half) * levels).rounded()
      base[index] = stored(sample - ((line - middle) / 2).rounded())
    }
    base[Self.steps] = stored((function(greatest) * levels).rounded())
  }

  deinit { base.deallocate() }

  @inline(__always)
  func callAsFunction(_ value: Int16) -> Int16 {
    let index = 256 &+ Int(value &>> 7)
    let slope = Int32(base[index &+ 1] &- base[index])
    let rise = (slope &* Int32(value & 0x7F) &+ 64) &>> 7
    return base[index] &+ Int16(truncatingIfNeeded: rise)
  }
}
