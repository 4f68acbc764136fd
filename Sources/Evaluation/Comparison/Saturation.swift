import TFLite

extension Affine {
  /// Returns how many of `values` are at an end of the integers although the reference is beyond it
  /// by more than a step. Zeros of a ReLU at the lower end are no loss, nor is 1 from SOFTMAX,
  /// which becomes 255/256.
  package func saturated(_ values: [Float], reference: [Float]) -> Int {
    // Computed like `Value.reals`, so that equal integers compare equal here.
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
