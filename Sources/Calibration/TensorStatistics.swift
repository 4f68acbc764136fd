import KernelTable
import OpSet

/// What values a tensor took over all samples.
public struct TensorStatistics: Equatable, Sendable {
  public internal(set) var histogram = Histogram()
  /// NaN or infinite values; they count nowhere else.
  public internal(set) var notFinite: UInt64 = 0

  public init() {}

  public init(histogram: Histogram, notFinite: UInt64) {
    self.histogram = histogram
    self.notFinite = notFinite
  }

  public var isEmpty: Bool { histogram.isEmpty }
  public var least: Float { histogram.least }
  public var greatest: Float { histogram.greatest }
  /// Every value was the same.
  public var isConstant: Bool { !isEmpty && least == greatest }

  mutating func add(_ values: UnsafePointer<Float>, count: Int, channels: Int) {
    let kernels = KernelTable.chosen.observation
    let range = kernels.range(values, count)
    guard !range.isFinite else {
      return histogram.add(values, count: count, channels: channels, range: range)
    }
    let finite = UnsafeBufferPointer(start: values, count: count).filter(\.isFinite)
    notFinite += UInt64(count - finite.count)
    finite.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, !finite.isEmpty else { return }
      histogram.add(
        base, count: finite.count, channels: channels, range: kernels.range(base, finite.count))
    }
  }

  public mutating func merge(_ other: TensorStatistics) {
    histogram.merge(other.histogram)
    notFinite += other.notFinite
  }
}
