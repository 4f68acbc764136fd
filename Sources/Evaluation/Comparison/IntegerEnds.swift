import OpSet
import TFLite

/// The ends of what a tensor of integers with one scale can stand for.
package struct IntegerEnds {
  package let scale: Float
  private let least: Float
  private let greatest: Float

  /// Nil for other tensors.
  package init?(_ value: Value) {
    let range: ClosedRange<Int>
    switch value.type {
    case .int8: range = -128...127
    case .uint8: range = 0...255
    case .int16: range = -32768...32767
    default: return nil
    }
    guard let quantization = value.tensor.quantization, let scales = quantization.scale,
      scales.count == 1
    else { return nil }
    scale = scales[0]
    let zero = Int(quantization.zeroPoint?.first ?? 0)
    // As `Value.reals` has them, so that equal integers are equal here.
    least = Float(range.lowerBound &- zero) * scale
    greatest = Float(range.upperBound &- zero) * scale
  }

  /// How many of `values` stand at an end where the reference lies beyond it by more than a step.
  /// Zeros of a ReLU at the lower end are no loss, nor is a softmax's 1 that stands for 255/256.
  package func saturated(_ values: [Float], reference: [Float]) -> Int {
    let (bottom, top) = (least - scale, greatest + scale)
    var count = 0
    for (x, y) in zip(reference, values) where y <= least && x < bottom || y >= greatest && x > top
    {
      count += 1
    }
    return count
  }
}
