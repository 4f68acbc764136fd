import KernelTable

/// The way from sums to the output's integers.
enum RescalingKernels {
  /// Rows of 16 int32 sums, of which `count` columns belong to the output; `channel` is the first
  /// one's. Rows of the output are `stride` bytes apart.
  @inline(never)
  static func finish(
    _ sums: UnsafeRawPointer, rows: Int, _ rescaling: IntegerRescaling, channel: Int, count: Int,
    _ output: UnsafeMutableRawPointer, stride: Int
  ) {
    let left = Constants(rescaling, channel)
    let right = Constants(rescaling, channel &+ 8)
    let bytes = rescaling.outputBytes
    if rescaling.onlyShiftsRight, bytes == 1, count >= 16 {
      for row in 0..<rows {
        let first = left.rounded(sums.integers(row &* 64), rescaling)
        let second = right.rounded(sums.integers(row &* 64 &+ 32), rescaling)
        output.storeBytes(
          of: lowBytes(first, second), toByteOffset: row &* stride, as: SIMD16<Int8>.self)
      }
      return
    }
    for row in 0..<rows {
      let first = sums.integers(row &* 64)
      let second = sums.integers(row &* 64 &+ 32)
      if rescaling.onlyShiftsRight {
        store(
          left.rounded(first, rescaling), right.rounded(second, rescaling), bytes, count,
          output + row &* stride)
      } else {
        store(
          left.general(first, rescaling), right.general(second, rescaling), bytes, count,
          output + row &* stride)
      }
    }
  }

  @inline(__always)
  private static func store(
    _ first: SIMD8<Int16>, _ second: SIMD8<Int16>, _ bytes: Int, _ count: Int,
    _ output: UnsafeMutableRawPointer
  ) {
    if bytes == 1 {
      let levels = lowBytes(first, second)
      if count >= 8 {
        output.storeBytes(of: levels.lowHalf, as: SIMD8<Int8>.self)
        if count >= 16 {
          output.storeBytes(of: levels.highHalf, toByteOffset: 8, as: SIMD8<Int8>.self)
        }
      }
      guard count & 7 != 0, count < 16 else { return }
      for lane in 0..<16 where lane >= count & 8 && lane < count {
        output.storeBytes(of: levels[lane], toByteOffset: lane, as: Int8.self)
      }
      return
    }
    if count >= 8 {
      output.storeBytes(of: first, as: SIMD8<Int16>.self)
      if count >= 16 { output.storeBytes(of: second, toByteOffset: 16, as: SIMD8<Int16>.self) }
    }
    guard count & 7 != 0, count < 16 else { return }
    let rest = count < 8 ? first : second
    for lane in 0..<8 where lane < count & 7 {
      output.storeBytes(of: rest[lane], toByteOffset: (count & 8 &+ lane) &* 2, as: Int16.self)
    }
  }

  @inline(__always)
  private static func lowBytes(_ first: SIMD8<Int16>, _ second: SIMD8<Int16>) -> SIMD16<Int8> {
    let left = unsafeBitCast(first, to: SIMD16<Int8>.self).evenHalf
    let right = unsafeBitCast(second, to: SIMD16<Int8>.self).evenHalf
    return SIMD16<Int8>(lowHalf: left, highHalf: right)
  }

  /// The constants with which 8 channels are rescaled. Every output range lies inside that of
  /// int16.
  private struct Constants {
    let bias: I8
    let fraction: I8
    /// Odd lanes of the fraction in even ones.
    let next: I8
    let left: I8
    let right: I8

    @inline(__always)
    init(_ rescaling: IntegerRescaling, _ channel: Int) {
      let at = channel &* 4
      bias = UnsafeRawPointer(rescaling.biases).integers(at)
      fraction = UnsafeRawPointer(rescaling.fractions).integers(at)
      next = UnsafeRawPointer(rescaling.fractions).integers(at &+ 4)
      left = UnsafeRawPointer(rescaling.leftShifts).integers(at)
      right = UnsafeRawPointer(rescaling.rightShifts).integers(at)
    }

    /// Rescales with right shifts alone.
    @inline(__always)
    func rounded(_ sums: I8, _ rescaling: IntegerRescaling) -> SIMD8<Int16> {
      let product = doublingHigh(sums &+ bias, fraction, next)
      return level(roundingShift(product, positive: right), rescaling)
    }

    @inline(__always)
    func general(_ sums: I8, _ rescaling: IntegerRescaling) -> SIMD8<Int16> {
      let product = doublingHigh((sums &+ bias) &<< left, fraction, next)
      return level(roundingShift(product, right), rescaling)
    }

    @inline(__always)
    private func level(_ value: I8, _ rescaling: IntegerRescaling) -> SIMD8<Int16> {
      clamped(
        saturated(value &+ I8(repeating: rescaling.zeroPoint)), rescaling.low, rescaling.high)
    }
  }

  @inline(__always)
  private static func store(
    _ level: Int32, _ bytes: Int, _ output: UnsafeMutableRawPointer, _ index: Int
  ) {
    if bytes == 2 {
      output.storeBytes(
        of: Int16(truncatingIfNeeded: level), toByteOffset: index &* 2, as: Int16.self)
    } else {
      output.storeBytes(of: Int8(truncatingIfNeeded: level), toByteOffset: index, as: Int8.self)
    }
  }

  /// The forms that are not computed in vectors.
  @inline(__always)
  static func store(
    scalar sum: Int64, _ rescaling: IntegerRescaling, _ channel: Int, _ index: Int,
    _ output: UnsafeMutableRawPointer
  ) {
    let biased = sum &+ rescaling.wideBiases[channel]
    let level =
      rescaling.form == .wide
      ? wide(biased, rescaling, channel) : real(biased, rescaling, channel)
    store(level, rescaling.outputBytes, output, index)
  }

  /// MultiplyByQuantizedMultiplier of an int64.
  @inline(__always)
  private static func wide(
    _ sum: Int64, _ rescaling: IntegerRescaling, _ channel: Int
  ) -> Int32 {
    let shift = Int64(rescaling.rightShifts[channel])
    let nudge: Int64 = 1 &<< (shift &- 1)
    let product = sum &* Int64(rescaling.fractions[channel]) &+ nudge
    let level = Int32(truncatingIfNeeded: product &>> shift) &+ rescaling.zeroPoint
    return level < rescaling.low ? rescaling.low : level > rescaling.high ? rescaling.high : level
  }

  @inline(__always)
  private static func real(
    _ sum: Int64, _ rescaling: IntegerRescaling, _ channel: Int
  ) -> Int32 {
    let value = Double(sum) * rescaling.factors[channel]
    // Larger values exceed every range; so does NaN, which only an infinite scale gives.
    guard value < 131_072 else { return rescaling.high }
    guard value > -131_072 else { return rescaling.low }
    // The greatest double below 0.5: adding 0.5 would round 0.49999999999999994 up.
    let nudged = value + (value < 0 ? -0.499_999_999_999_999_94 : 0.499_999_999_999_999_94)
    let level = Int32(nudged) &+ rescaling.zeroPoint
    return level < rescaling.low ? rescaling.low : level > rescaling.high ? rescaling.high : level
  }
}
