/// Kernels that look at values, or round them, while a model runs.
package struct ObservationKernels: Sendable {
  /// The least and the greatest value; where `isFinite` is false some are NaN or infinite, and the
  /// limits mean nothing. It is a tuple, since the compiler's code to copy a structure would be
  /// shared by both instruction sets.
  package typealias Range = (least: Float, greatest: Float, isFinite: Bool)

  package typealias FindRange = @Sendable (_ source: UnsafeRawPointer, _ count: Int) -> Range
  /// Adds 1 to bin ⌊x × `perUnit`⌋ − `first` for each value x, and returns how many are zero.
  ///
  /// `perUnit` is a power of two, and every bin lies in `bins`. Neighbours count in turn in four
  /// tables of `stride` bins each, so that equal values do not wait for one another.
  package typealias CountBins =
    @Sendable (
      _ source: UnsafeRawPointer, _ count: Int, _ perUnit: Float, _ first: Int32,
      _ bins: UnsafeMutablePointer<UInt32>, _ stride: Int
    ) -> Int
  /// values[i] = scale × (clamp(round(values[i] ÷ scale), least, most)): `least` and `most` are
  /// levels without the zero point. Halves go to even.
  package typealias RoundValues =
    @Sendable (
      _ values: UnsafeMutablePointer<Float>, _ count: Int, _ scale: Float, _ least: Float,
      _ most: Float
    ) -> Void

  /// target[c] += Σ over i < `count` of source[i × stride + c], for each of `channels` channels.
  package typealias SumRows =
    @Sendable (
      _ source: UnsafePointer<Float>, _ count: Int, _ stride: Int, _ channels: Int,
      _ target: UnsafeMutablePointer<Float>
    ) -> Void

  package var range: FindRange
  package var count: CountBins
  package var round: RoundValues
  package var sumRows: SumRows

  package init(
    range: @escaping FindRange, count: @escaping CountBins, round: @escaping RoundValues,
    sumRows: @escaping SumRows
  ) {
    self.range = range
    self.count = count
    self.round = round
    self.sumRows = sumRows
  }
}
