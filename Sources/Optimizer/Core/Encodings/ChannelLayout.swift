import OpSet
import TFLite

/// Which channel each element of a tensor belongs to: element e has channel (e / inner) % channels.
package struct ChannelLayout: Hashable, Sendable {
  package let channels: Int
  package let inner: Int

  package static let perTensor = ChannelLayout(channels: 1, inner: 1)

  fileprivate init(channels: Int, inner: Int) {
    self.channels = channels
    self.inner = inner
  }

  /// Makes the layout of channels along `axis` of `shape`; nil if the axis does not exist or is
  /// empty.
  package init?(shape: [Int32], axis: Int) {
    guard shape.indices.contains(axis), shape.allSatisfy({ $0 > 0 }) else { return nil }
    channels = Int(shape[axis])
    inner = shape[(axis + 1)...].reduce(1) { $0 * Int($1) }
  }

  func channel(of element: Int) -> Int { element / inner % channels }

  /// Calls `body` for each run of elements in `range` that share a channel. If channels are
  /// innermost, a run is a part of a row, and `channel` is that of its first element.
  func forEachRun(
    in range: Range<Int>, _ body: (_ start: Int, _ count: Int, _ channel: Int) throws -> Void
  ) rethrows {
    guard channels > 1 else { return try body(range.lowerBound, range.count, 0) }
    let period = inner == 1 ? channels : inner
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, (start / period + 1) * period)
      let channel = inner == 1 ? start % channels : start / inner % channels
      try body(start, end - start, channel)
      start = end
    }
  }

  /// Calls `body` for each element in `range`, with its channel.
  @inline(__always)
  func forEachElement(
    in range: Range<Int>, _ body: (_ element: Int, _ channel: Int) throws -> Void
  ) rethrows {
    try forEachRun(in: range) { start, count, channel in
      for index in 0..<count {
        try body(start + index, isInnermost ? channel + index : channel)
      }
    }
  }

  /// Whether a run spans channels instead of lying within one.
  var isInnermost: Bool { channels > 1 && inner == 1 }
}

extension WeightMatrix {
  /// The layout in which the row of an element is its channel.
  var rowLayout: ChannelLayout { ChannelLayout(channels: rows, inner: rowStride) }

  /// The layout in which the channel of an element is the input channel, of its tap, that it
  /// multiplies.
  var inputLayout: ChannelLayout { ChannelLayout(channels: channels, inner: columnStride) }
}
