import TFLite

extension Affine {
  /// The first scale and zero point of a quantized tensor.
  init(_ value: Value) throws {
    guard let scale = value.tensor.quantization?.scale?.first, scale > 0 else {
      throw OperatorFault.invalid("tensor \(value.id.index) has no scale")
    }
    let zeroPoint = value.tensor.quantization?.zeroPoint?.first ?? 0
    self.init(type: value.type, scale: scale, zeroPoint: Int32(truncatingIfNeeded: zeroPoint))
  }

  /// Returns the range of results under a fused activation.
  func clamp(_ activation: Int, _ range: ClosedRange<Int32>) throws -> ClosedRange<Int32> {
    /// Returns the level of a real value, kept inside int32 whatever the scale.
    func level(_ real: Float) -> Int32 {
      let steps = max(-1e6, min(1e6, (real / scale).rounded()))
      return max(range.lowerBound, min(range.upperBound, zeroPoint &+ Int32(steps)))
    }
    switch activation {
    case 0: return range
    case 1: return level(0)...range.upperBound
    case 2: return level(-1)...max(level(-1), level(1))
    case 3: return level(0)...max(level(0), level(6))
    default: throw OperatorFault.unsupported("there is no integer activation \(activation)")
    }
  }

  /// The exponent of a scale that is a power of two, within a thousandth (CheckedLog2).
  var powerOfTwo: Int? {
    // ln x ÷ ln 2 is as far from a whole number as x ÷ 2^n is from 1, times 1.44.
    let exponent = Int((scale * 0x1.6a09e6p0).exponent)
    let ratio = Double(scale) / Double(sign: .plus, exponent: exponent, significand: 1)
    return (0.9993071...1.0006933).contains(ratio) ? exponent : nil
  }
}

extension Preparation {
  func requireSameScale(_ a: Value, _ b: Value) throws {
    try require(try haveSameScale(a, b), "input and output have different scales")
  }

  /// The scale and zero point of both are the same, or neither has one.
  func haveSameScale(_ a: Value, _ b: Value) throws -> Bool {
    let isQuantized = [a, b].map { $0.tensor.quantization?.isQuantized == true }
    guard isQuantized == [true, true] else { return isQuantized == [false, false] }
    let (x, y) = (try Affine(a), try Affine(b))
    return x.scale == y.scale && x.zeroPoint == y.zeroPoint
  }
}
