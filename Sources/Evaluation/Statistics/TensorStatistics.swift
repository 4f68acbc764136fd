import KernelTable
import OpSet

/// The values of a tensor over all samples.
package struct TensorStatistics: Equatable, Sendable {
  package internal(set) var histogram = Histogram()
  /// NaN or infinite values; they count nowhere else.
  package internal(set) var notFinite: UInt64 = 0

  package init() {}

  package init(histogram: Histogram, notFinite: UInt64) {
    self.histogram = histogram
    self.notFinite = notFinite
  }

  package var isEmpty: Bool { histogram.isEmpty }
  package var least: Float { histogram.least }
  package var greatest: Float { histogram.greatest }
  /// The range of the values; the tensor must have had finite ones.
  package var range: ClosedRange<Float> { least...greatest }
  /// Whether every value was the same.
  package var isConstant: Bool { !isEmpty && least == greatest }

  package mutating func add(_ values: UnsafePointer<Float>, count: Int, channels: Int) {
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

  package mutating func merge(_ other: TensorStatistics) {
    histogram.merge(other.histogram)
    notFinite += other.notFinite
  }
}

extension TensorStatistics {
  /// Whether no value leaves a range by more than a level of 8 bits.
  package func keeps(to range: ClosedRange<Float>) -> Bool {
    let slack = (range.upperBound - range.lowerBound) / 256
    return least >= range.lowerBound - slack && greatest <= range.upperBound + slack
  }
}
