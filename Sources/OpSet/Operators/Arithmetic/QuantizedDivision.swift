extension QuantizedOperands {
  /// a × (1 ÷ b) with a reciprocal of 31 bits. Where the kernel's last shift exceeds 31 bits its
  /// result is undefined in C++; here it is the mathematical shift.
  func quotient<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let multiplier = QuantizedMultiplier(Double(x.scale / (y.scale * z.scale)))
    let (x, y, zeroPoint) = (x, y, z.zeroPoint)
    return BinaryRun(type, cost: 24) { (a: Element, b: Element) -> Element in
      var (dividend, divisor) = (x.difference(a), y.difference(b))
      if divisor < 0 { (dividend, divisor) = (0 &- dividend, 0 &- divisor) }
      // Division by zero is refused before the run.
      guard divisor > 0 else { return 0 }
      let (inverse, bits) = divisor.reciprocal(integerBits: 31)
      let headroom = (dividend < 0 ? ~dividend : dividend).leadingZeroBitCount - 1
      let quotient = Int32.highProduct(dividend &<< Int32(truncatingIfNeeded: headroom), inverse)
      let rescale = Rescaler(
        fraction: multiplier.fraction, shift: multiplier.shift &- bits &- headroom)
      return Element(truncatingIfNeeded: (rescale(quotient) &+ zeroPoint).clamped(range))
    }
  }
}
