/// Kernels that store float32 weights as integers of at most eight bits, one a byte.
package struct StorageKernels: Sendable {
  /// Returns the greatest of `count` magnitudes, as a bit pattern without sign.
  package typealias FindMagnitude =
    @Sendable (_ source: UnsafeRawPointer, _ count: Int) -> UInt32
  /// maxima[i] = max(maxima[i], the magnitude of value i, as a bit pattern without sign).
  package typealias RaiseMagnitudes =
    @Sendable (
      _ maxima: UnsafeMutablePointer<UInt32>, _ source: UnsafeRawPointer, _ count: Int
    ) -> Void
  /// Returns the greatest magnitude among the sums of a row's lanes, of `count` values.
  package typealias SumLanes = @Sendable (_ source: UnsafeRawPointer, _ count: Int) -> Float
  /// target[i] = round(source[i] ÷ (magnitude ÷ greatest)), with halves away from zero.
  package typealias Quantize =
    @Sendable (
      _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
      _ magnitude: Float, _ greatest: Float
    ) -> Void
  /// The same with `magnitudes[i]` for value i.
  package typealias QuantizeRow =
    @Sendable (
      _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int,
      _ magnitudes: UnsafePointer<Float>, _ greatest: Float
    ) -> Void

  package var magnitude: FindMagnitude
  package var raise: RaiseMagnitudes
  package var laneSum: SumLanes
  package var quantize: Quantize
  package var quantizeRow: QuantizeRow

  package init(
    magnitude: @escaping FindMagnitude, raise: @escaping RaiseMagnitudes,
    laneSum: @escaping SumLanes, quantize: @escaping Quantize, quantizeRow: @escaping QuantizeRow
  ) {
    self.magnitude = magnitude
    self.raise = raise
    self.laneSum = laneSum
    self.quantize = quantize
    self.quantizeRow = quantizeRow
  }
}
