import KernelTable
import OpSet
import Platform
import TFLite

/// What one pass over a weight's float32 values tells of each channel.
struct ChannelExtents {
  /// The greatest magnitude.
  var magnitudes: [Float]
  /// A bound of the magnitudes of the sums of its lanes (`RowSumLanes`), where the values of a channel are
  /// neighbours; infinite where it is not known.
  var laneSums: [Float]?
}

extension DataReader {
  /// Returns the largest magnitude of each channel of float32 data; nil if a value is not finite.
  func magnitudes(_ layout: ChannelLayout, threads: Int) throws -> [Float]? {
    try extents(layout, threads: threads, sumsLanes: false)?.magnitudes
  }

  /// Returns the extents of float32 data; nil if a value is not finite.
  func extents(
    _ layout: ChannelLayout, threads: Int, sumsLanes: Bool
  ) throws -> ChannelExtents? {
    // Bit patterns without sign (see `StorageKernels`).
    let kernels = KernelTable.chosen.storage
    let sumsLanes = sumsLanes && !layout.isInnermost
    let none = Found(
      maxima: Array(repeating: 0, count: layout.channels),
      sums: Array(repeating: 0, count: sumsLanes ? layout.channels : 0))
    let lanes = try accumulated(stride: 4, threads: threads, row: layout.inner, none) {
      found, bytes, range in
      guard let values = bytes.baseAddress else { return }
      layout.forEachRun(in: range) { start, count, channel in
        let from = values + (start - range.lowerBound) * 4
        if layout.isInnermost {
          found.maxima.withUnsafeMutableBufferPointer { maxima in
            guard let first = maxima.baseAddress else { return }
            kernels.raise(first + channel, from, count)
          }
          return
        }
        found.maxima[channel] = max(found.maxima[channel], kernels.magnitude(from, count))
        guard sumsLanes else { return }
        found.sums[channel] +=
          RowSumLanes.areWhole(from: start, count: count, columns: layout.inner)
          ? kernels.laneSum(from, count) : .infinity
      }
    }
    let magnitudes = none.maxima.indices.map { channel in
      Float(bitPattern: lanes.reduce(0) { max($0, $1.maxima[channel]) })
    }
    guard magnitudes.allSatisfy(\.isFinite) else { return nil }
    let sums = none.sums.indices.map { channel in lanes.reduce(0) { $0 + $1.sums[channel] } }
    return ChannelExtents(magnitudes: magnitudes, laneSums: sumsLanes ? sums : nil)
  }

  private struct Found {
    var maxima: [UInt32]
    var sums: [Float]
  }

  /// Returns one accumulator for each thread, after `body` has seen all elements of `stride` bytes.
  /// Each thread gets a contiguous share, in parts of about a megabyte: whole rows of `row` elements where
  /// a row is shorter.
  func accumulated<Accumulator: Sendable>(
    stride: Int, threads: Int, row: Int = 1, _ initial: Accumulator,
    _ body: @Sendable (inout Accumulator, UnsafeRawBufferPointer, _ range: Range<Int>) -> Void
  ) throws -> [Accumulator] {
    let elements = count / stride
    let most = (1 << 20) / stride
    let step = row <= most ? most / row * row : most
    // Small data is not worth another thread.
    let lanes = max(1, min(threads, elements / step))
    let share = ((elements + lanes - 1) / lanes + step - 1) / step * step
    var results = [Result<Accumulator, any Error>](repeating: .success(initial), count: lanes)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      nonisolated(unsafe) let reader = self
      Threads.forEach(lanes, limit: lanes) { lane in
        results[lane] = Result {
          var total = initial
          let end = min((lane + 1) * share, elements)
          for start in Swift.stride(from: lane * share, to: end, by: step) {
            let range = start..<min(start + step, end)
            try reader.withBytes(in: range.lowerBound * stride..<range.upperBound * stride) {
              body(&total, $0, range)
            }
          }
          return total
        }
      }
    }
    return try results.map { try $0.get() }
  }
}
