import Kernels
import TFLite

/// What half precision makes of a constant. Values from 2^−14 on are off by at most 2^−11 of themselves,
/// smaller ones by at most 2^−25. So a channel is lost where nothing in it is larger, however many
/// values of other channels are small.
struct HalfRounding {
  /// Values beyond ±65504, or not finite.
  let over: Int
  /// Values in channels that are lost.
  let lost: Int

  /// Σ (w − half(w))² ÷ Σ w² that a channel may have. Normal halves have 4e-8 and at most 2.4e-7.
  private static let tolerance = 1e-6
  /// Channels whose error is this small beside the tensor's root mean square are dead: later
  /// multipliers, at most 1e4 in normalizations, leave nothing of it. The zoo's dead channels are at
  /// 1e-34 to 1e-12.
  private static let dead = 1e-10
  /// The least value that rounds to infinity.
  private static let infinite: Float = 65520

  init(_ data: TensorData, _ layout: ChannelLayout, elements: Int, _ job: Job) throws {
    let reader = job.reader(data)
    defer { reader.releaseMemory() }
    let magnitudes = try reader.magnitudes(layout, threads: job.options.threads)
    guard let magnitudes, magnitudes.allSatisfy({ $0 < Self.infinite }) else {
      over = try reader.accumulated(stride: 4, threads: job.options.threads, 0) { over, bytes, _ in
        let values = bytes.bindMemory(to: Float.self)
        over += values.count { !(abs($0) < Self.infinite) }
      }.reduce(0, +)
      lost = 0
      return
    }
    over = 0
    let count = Double(elements / layout.channels)
    let isHeld = magnitudes.allSatisfy { magnitude in
      let square = Double(magnitude) * Double(magnitude)
      return square == 0 || count * 0x1p-50 <= (Self.tolerance - 0x1p-22) * square
    }
    lost = isHeld ? 0 : try Self.lost(data, reader, layout, elements, job)
  }

  /// Returns the number of values in channels that are lost, from the error of each value.
  private static func lost(
    _ data: TensorData, _ reader: DataReader, _ layout: ChannelLayout, _ elements: Int, _ job: Job
  ) throws -> Int {
    let rounded = job.reader(data.rounded(ifNormal: false))
    var squares = [Double](repeating: 0, count: layout.channels)
    var errors = squares
    let step = 1 << 18
    for start in stride(from: 0, to: elements, by: step) {
      let count = min(step, elements - start)
      let values = try reader.floats(from: start, count: count)
      let halves = try rounded.floats(from: start, count: count)
      for (index, (value, half)) in zip(values, halves).enumerated() {
        let channel = layout.channel(of: start + index)
        let error = Double(value) - Double(half)
        squares[channel] += Double(value) * Double(value)
        errors[channel] += error * error
      }
    }
    let count = elements / layout.channels
    let negligible = dead * dead * squares.reduce(0, +) / Double(layout.channels)
    return squares.indices.count {
      errors[$0] > max(tolerance * squares[$0], negligible)
    } * count
  }
}

/// Float32 → float32: rounds to halves those values alone that are normal halves, or those alone that are
/// smaller.
private struct ToHalves: TensorTransform {
  let areNormal: Bool

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let count = output.count / 4
    try source.withBytes(in: offset..<offset + output.count) { bytes in
      guard let values = bytes.baseAddress, let target = output.baseAddress else { return }
      withUnsafeTemporaryAllocation(of: UInt16.self, capacity: max(1, count)) { halves in
        guard let halves = halves.baseAddress else { return }
        Float16Kernels.narrow(values, halves, count: count)
        Float16Kernels.widen(halves, target, count: count)
      }
      for place in stride(from: 0, to: output.count, by: 4) {
        let value = values.loadUnaligned(fromByteOffset: place, as: Float.self)
        guard (abs(value) >= 0x1p-14) != areNormal else { continue }
        target.storeBytes(of: value, toByteOffset: place, as: Float.self)
      }
    }
  }
}

extension TensorData {
  /// Float32 data some of whose values are halves: those from 2^−14 on, or those below.
  func rounded(ifNormal areNormal: Bool) -> TensorData {
    .deferred(DeferredData(source: self, transform: ToHalves(areNormal: areNormal), count: count))
  }
}
