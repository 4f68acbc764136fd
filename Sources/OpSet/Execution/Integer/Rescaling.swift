import KernelTable
import TFLite

/// The constants of an `IntegerRescaling`, one for each output channel.
final class Rescaling: @unchecked Sendable {
  private let form: IntegerRescaling.Form
  private let outputBytes: Int
  private let onlyShiftsRight: Bool
  private let zeroPoint: Int32
  private let range: ClosedRange<Int32>
  private let multipliers: [QuantizedMultiplier]
  private let biases: UnsafeMutablePointer<Int32>
  private let wideBiases: UnsafeMutablePointer<Int64>
  private let fractions: UnsafeMutablePointer<Int32>
  private let leftShifts: UnsafeMutablePointer<Int32>
  private let rightShifts: UnsafeMutablePointer<Int32>
  private let factors: UnsafeMutablePointer<Double>

  /// `factors` bring a channel's sums to the output's scale.
  init(
    _ form: IntegerRescaling.Form, factors given: [Double], outputBytes: Int, zeroPoint: Int32,
    range: ClosedRange<Int32>
  ) {
    self.form = form
    self.outputBytes = outputBytes
    self.zeroPoint = zeroPoint
    self.range = range
    let multipliers = given.map { QuantizedMultiplier($0) }
    self.multipliers = multipliers
    onlyShiftsRight = multipliers.allSatisfy { $0.shift < 0 }
    /// The kernels read whole vectors, from any channel on.
    let padding = 32
    func channels<Element>(
      _ rest: Element, _ element: (Int) -> Element
    ) -> UnsafeMutablePointer<Element> {
      let base = UnsafeMutablePointer<Element>.allocate(capacity: given.count + padding)
      base.initialize(repeating: rest, count: given.count + padding)
      for index in given.indices { base[index] = element(index) }
      return base
    }
    let isWide = form == .wide
    biases = channels(0) { _ in 0 }
    wideBiases = channels(0) { _ in 0 }
    factors = channels(0) { given[$0] }
    fractions = channels(0) { isWide ? multipliers[$0].wideFraction : multipliers[$0].fraction }
    leftShifts = channels(0) { Int32(max(multipliers[$0].shift, 0)) }
    rightShifts = channels(0) {
      isWide ? Int32(multipliers[$0].wideShift) : Int32(max(-multipliers[$0].shift, 0))
    }
  }

  deinit {
    biases.deallocate()
    wideBiases.deallocate()
    fractions.deallocate()
    leftShifts.deallocate()
    rightShifts.deallocate()
    factors.deallocate()
  }

  /// `bias` is int32 or int64 and has one value for each channel.
  func setBias(_ bias: Value) {
    for channel in multipliers.indices {
      setBias(
        channel,
        bias.type == .int64
          ? bias.pointer(Int64.self)[channel] : Int64(bias.pointer(Int32.self)[channel]))
    }
  }

  func setBias(_ channel: Int, _ value: Int64) {
    wideBiases[channel] = value
    biases[channel] = Int32(truncatingIfNeeded: value)
  }

  var task: IntegerRescaling {
    IntegerRescaling(
      form: form, outputBytes: outputBytes, biases: biases, wideBiases: wideBiases,
      fractions: fractions, leftShifts: leftShifts, rightShifts: rightShifts, factors: factors,
      onlyShiftsRight: onlyShiftsRight, zeroPoint: zeroPoint, low: range.lowerBound,
      high: range.upperBound)
  }

  /// Returns one result, computed as LiteRT defines it; tests compare the kernels with it.
  func level(_ sum: Int64, _ channel: Int) -> Int32 {
    let biased = sum &+ wideBiases[channel]
    let low = Double(range.lowerBound)
    let high = Double(range.upperBound)
    let scaled: Int32
    switch form {
    case .fixed: scaled = multipliers[channel].apply(Int32(truncatingIfNeeded: biased))
    case .wide: scaled = multipliers[channel].apply(biased)
    case .real:
      let level = (Double(biased) * factors[channel]).rounded() + Double(zeroPoint)
      return level < high ? Int32(max(low, level)) : range.upperBound
    }
    return max(range.lowerBound, min(range.upperBound, scaled &+ zeroPoint))
  }

  /// Stores `level(_:_:)` as element `index`.
  func store(_ sum: Int64, _ channel: Int, _ output: UnsafeMutableRawPointer, _ index: Int) {
    let level = level(sum, channel)
    if outputBytes == 2 {
      output.storeBytes(
        of: Int16(truncatingIfNeeded: level), toByteOffset: index &* 2, as: Int16.self)
    } else {
      output.storeBytes(of: Int8(truncatingIfNeeded: level), toByteOffset: index, as: Int8.self)
    }
  }
}
