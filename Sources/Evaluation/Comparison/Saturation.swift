import TFLite

extension Affine {
  /// How many of `values` stand at an end of the integers where the reference lies beyond it by more
  /// than a step. Zeros of a ReLU at the lower end are no loss, nor is a softmax's 1 that stands for
  /// 255/256.
  package func saturated(_ values: [Float], reference: [Float]) -> Int {
    // As `Value.reals` has them, so that equal integers are equal here.
    let (least, greatest) = (steps.lowerBound * scale, steps.upperBound * scale)
    let (bottom, top) = (least - scale, greatest + scale)
    var count = 0
    for (x, y) in zip(reference, values) where y <= least && x < bottom || y >= greatest && x > top
    {
      count += 1
    }
    return count
  }
}
