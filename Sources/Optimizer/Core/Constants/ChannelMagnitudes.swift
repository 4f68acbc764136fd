import KernelTable
import OpSet
import Platform
import TFLite

extension DataReader {
  /// Returns the largest magnitude of each channel of float32 data; nil if a value is not finite.
  func magnitudes(_ layout: ChannelLayout, threads: Int) throws -> [Float]? {
    // Bit patterns without sign (see `StorageKernels`).
    let kernels = KernelTable.chosen.storage
    let none = [UInt32](repeating: 0, count: layout.channels)
    let lanes = try accumulated(stride: 4, threads: threads, none) { maxima, bytes, range in
      guard let values = bytes.baseAddress else { return }
      maxima.withUnsafeMutableBufferPointer { maxima in
        guard let first = maxima.baseAddress else { return }
        layout.forEachRun(in: range) { start, count, channel in
          let from = values + (start - range.lowerBound) * 4
          if layout.isInnermost {
            kernels.raise(first + channel, from, count)
          } else {
            first[channel] = max(first[channel], kernels.magnitude(from, count))
          }
        }
      }
    }
    let magnitudes = none.indices.map { channel in
      Float(bitPattern: lanes.reduce(0) { max($0, $1[channel]) })
    }
    return magnitudes.allSatisfy(\.isFinite) ? magnitudes : nil
  }

  /// Returns one accumulator for each thread, after `body` has seen all elements of `stride` bytes.
  /// Each thread gets a contiguous share, in parts of about a megabyte.
  func accumulated<Accumulator: Sendable>(
    stride: Int, threads: Int, _ initial: Accumulator,
    _ body: @Sendable (inout Accumulator, UnsafeRawBufferPointer, _ range: Range<Int>) -> Void
  ) throws -> [Accumulator] {
    let elements = count / stride
    let step = (1 << 20) / stride
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
