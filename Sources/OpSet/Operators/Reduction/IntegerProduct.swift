import Platform
import TFLite

/// REDUCE_PROD of quantized integers. Each factor brings the product closer to the output's scale
/// by an equal step, so the order of the factors matters.
extension Preparation {
  /// Returns nil where the input is not quantized.
  func quantizedProduct() throws -> [Stage]? {
    switch try input(0).type {
    case .int8: try quantizedProduct(Int8.self)
    case .int16: try quantizedProduct(Int16.self)
    default: nil
    }
  }

  private func quantizedProduct<Element: FixedWidthInteger>(
    _ type: Element.Type
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    try requireSameType(output, as: input)
    let (x, y) = (try Affine(input), try Affine(output))
    let plan = try reductionPlan()
    let root = MathFunctions.power(Double(y.scale), 1 / Double(max(1, plan.reducedCount)))
    let step = QuantizedMultiplier(Double(x.scale) / root)
    try require(step.shift < 8, "the scale \(x.scale) is too large for a product")
    let axes = try reducedAxes()
    let starts = ConstantBytes(input.shape.offsets(along: axes, isKept: true))
    let factors = ConstantBytes(input.shape.offsets(along: axes, isKept: false))
    return .once {
      let (source, target) = (input.pointer(type), output.pointer(type))
      for result in 0..<output.count {
        let elements = source + starts.integers[result]
        var product: Int32 = 1
        for index in 0..<plan.reducedCount {
          let factor = Int32(elements[factors.integers[index]]) &- x.zeroPoint
          product = index == 0 ? factor : step.apply(wide: Int64(product) &* Int64(factor))
        }
        target[result] = Element(clamping: step.apply(wide: Int64(product)) &+ y.zeroPoint)
      }
    }
  }
}

extension [Int] {
  /// Returns the offsets of the elements that differ in the axes, or in the other axes, row by row.
  fileprivate func offsets(along axes: Set<Int>, isKept: Bool) -> [Int] {
    let strides = StridedBox.strides(self)
    return indices.filter { axes.contains($0) != isKept }.reduce([0]) { offsets, axis in
      offsets.flatMap { start in (0..<self[axis]).map { start + $0 * strides[axis] } }
    }
  }
}

extension QuantizedMultiplier {
  /// Values of up to 48 bits, with 16 bits of the fraction and one rounding, halves upward
  /// (MultiplyByQuantizedMultiplier of int64).
  @inline(__always)
  func apply(wide value: Int64) -> Int32 {
    let short = Int64(fraction < 0x7FFF_0000 ? (fraction &+ 1 << 15) >> 16 : 0x7FFF)
    let right = Int64(15 &- shift)
    return Int32(truncatingIfNeeded: (value &* short &+ (1 &<< (right &- 1))) &>> right)
  }
}
