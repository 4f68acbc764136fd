import Kernels
import Platform
import TFLite

/// What a pass must know of a float32 constant before it decides.
struct WeightStatistics {
  /// Largest magnitude of each channel, as a bit pattern without sign (see `MagnitudeKernels`).
  private(set) var maxima: [UInt32]

  /// Whether every value is a number.
  var isFinite: Bool { maxima.allSatisfy { $0 < 0x7F80_0000 } }

  var magnitudes: [Float] { maxima.map { Float(bitPattern: $0) } }

  init(_ reader: DataReader, layout: ChannelLayout, threads: Int) throws {
    let none = [UInt32](repeating: 0, count: layout.channels)
    let lanes = try reader.accumulated(stride: 4, threads: threads, none) { maxima, bytes, range in
      guard let values = bytes.baseAddress else { return }
      maxima.withUnsafeMutableBufferPointer { maxima in
        guard let first = maxima.baseAddress else { return }
        layout.forEachRun(in: range) { start, count, channel in
          let from = values + (start - range.lowerBound) * 4
          if layout.isInnermost {
            MagnitudeKernels.raise(first + channel, by: from, count: count)
          } else {
            first[channel] = max(first[channel], MagnitudeKernels.maximum(from, count: count))
          }
        }
      }
    }
    maxima = lanes.reduce(into: none) { total, lane in
      for channel in total.indices { total[channel] = max(total[channel], lane[channel]) }
    }
  }
}

extension DataReader {
  /// One accumulator for each thread, after `body` has seen all elements of `stride` bytes, each
  /// thread a contiguous share in parts of about a megabyte.
  func accumulated<Accumulator: Sendable>(
    stride: Int, threads: Int, _ initial: Accumulator,
    _ body: @Sendable (inout Accumulator, UnsafeRawBufferPointer, _ range: Range<Int>) -> Void
  ) throws -> [Accumulator] {
    let elements = count / stride
    let step = (1 << 20) / stride
    // Small data is not worth a thread.
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
