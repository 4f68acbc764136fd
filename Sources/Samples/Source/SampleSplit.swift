/// The division of the samples into calibration samples, from which ranges are made, and held-out
/// samples, which judge the result. It depends on their content, so order and names do not matter.
package struct SampleSplit: Equatable, Sendable {
  /// The share that is held out, from 0 to below 1.
  package var holdout: Double

  package init(holdout: Double) { self.holdout = holdout }

  package func isForCalibration(_ digest: UInt64) -> Bool {
    Double(digest >> 11) * 0x1p-53 >= holdout
  }
}
