extension QuantizedFunction {
  /// x × relu6(x + 3) ÷ 6 in 16-bit arithmetic.
  func hardSwish() throws -> Levels {
    let fine = x.scale / 128
    let output = QuantizedMultiplier(Double(fine / y.scale))
    guard output.shift <= 0 else {
      throw OperatorFault.invalid("the output's scale is too small for HARD_SWISH")
    }
    // The scale on which 3 is 2^15.
    let gate = QuantizedMultiplier(Double(fine / (3 / 32768)))
    let (outputFraction, gateFraction) = (output.word, gate.word)
    return { [x, y, range] in
      let value = Int16(truncatingIfNeeded: x.difference($0)) &* 128
      let scaled = Int16.highProduct(value, outputFraction)
      var share = value
      // One bit of the shift comes after the product, where saturation counts.
      if gate.shift > 0 { share = share.saturated(left: gate.shift - 1) }
      share = Int16.highProduct(share, gateFraction)
      if gate.shift > 0 { share = share.saturated(left: 1) }
      if gate.shift < 0 { share = share.roundedShift(right: min(15, -gate.shift)) }
      share = Int16(truncatingIfNeeded: (Int32(share) &+ 1 << 15) &>> 1)
      // Truncated: the bias cancels that of the roundings before.
      let product = Int32(share) &* Int32(scaled) / (1 << 15)
      let level = Int16(truncatingIfNeeded: product)
        .roundedShift(right: min(15, -output.shift))
      return (Int32(level) &+ y.zeroPoint).clamped(range)
    }
  }
}

extension QuantizedMultiplier {
  /// The fraction in 16 bits (DownScaleInt32ToInt16Multiplier).
  fileprivate var word: Int16 {
    fraction >= .max - 1 << 15 ? .max : Int16(truncatingIfNeeded: (fraction + 1 << 15) >> 16)
  }
}

extension Int16 {
  fileprivate func saturated(left: Int) -> Int16 {
    Int16(clamping: Int64(self) &<< Int64(Swift.min(left, 40)))
  }
}
