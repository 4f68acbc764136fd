import TFLite

extension BinaryRun {
  /// Sums of quantized integers, bit for bit as the reference kernel: both operands are brought to
  /// twice the greater scale with 20 more bits, added, and brought to the output's scale.
  static func quantizedSum<Element: FixedWidthInteger>(
    _ type: Element.Type, _ a: Value, _ b: Value, _ output: Value, activation: Int
  ) throws -> BinaryRun {
    let (x, y, z) = (try AffineScale(a), try AffineScale(b), try AffineScale(output))
    let greater = 2 * max(x.scale, y.scale)
    let first = QuantizedMultiplier(Double(x.scale) / Double(greater))
    let second = QuantizedMultiplier(Double(y.scale) / Double(greater))
    let last = QuantizedMultiplier(Double(greater) / Double(Float(1 << 20) * z.scale))
    let range = try z.clamp(activation, Int32(Element.min)...Int32(Element.max))
    return BinaryRun(type, cost: 8) { a, b in
      let left = first.apply((Int32(a) &- x.zeroPoint) &<< 20)
      let right = second.apply((Int32(b) &- y.zeroPoint) &<< 20)
      let sum = last.apply(left &+ right) &+ z.zeroPoint
      return Element(truncatingIfNeeded: max(range.lowerBound, min(range.upperBound, sum)))
    }
  }
}

extension Preparation {
  /// Nil where the operands are not quantized 8-bit integers.
  func quantizedSum(_ activation: OptionKey<Int8>?) throws -> BinaryRun? {
    let (a, b, output) = (try input(0), try input(1), try output())
    guard a.tensor.quantization?.isQuantized == true else { return nil }
    let code = activation.map { option($0) } ?? 0
    switch a.type {
    case .int8: return try .quantizedSum(Int8.self, a, b, output, activation: code)
    case .uint8: return try .quantizedSum(UInt8.self, a, b, output, activation: code)
    default: return nil
    }
  }
}
