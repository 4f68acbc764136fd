import OpSet
import TFLite

/// Finds how far each channel of a weight reaches before values are clipped, so that the squared error
/// of its integers is least.
///
/// With four bits a step is a seventh of the greatest magnitude; shorter steps for all values are worth
/// the error of a few that are clipped. The search tries `shares` of the greatest magnitude.
struct ClipSearch {
  let bits: WeightBits
  let layout: ChannelLayout

  private typealias Lanes = SIMD32<Float>
  /// From the whole magnitude down to 0.38 of it: below, no channel of the zoo had its least error. With
  /// two bits, normally distributed values have it at 1.2 standard deviations, 0.25 of 4.8 of them.
  private var shares: Lanes { Lanes((0..<32).map { 1 - Float($0) * (bits == .two ? 0.03 : 0.02) }) }

  /// Returns the magnitude at which each channel ends, which is its greatest with eight bits; nil if a
  /// value is not finite.
  func magnitudes(_ reader: DataReader, threads: Int) throws -> [Float]? {
    try extents(reader, threads: threads, sumsLanes: false)?.magnitudes
  }

  /// Returns `magnitudes`, and bounds of lanes' sums where these could overflow.
  func extents(
    _ reader: DataReader, threads: Int, sumsLanes: Bool
  ) throws -> ChannelExtents? {
    let isWide = bits == .eight
    guard
      var found = try reader.extents(
        layout, threads: threads,
        sumsLanes: sumsLanes && isWide && layout.inner >= RowSumLanes.leastColumns)
    else { return nil }
    if !isWide { found.magnitudes = try clipped(found.magnitudes, reader, threads: threads) }
    return found
  }

  private func clipped(
    _ magnitudes: [Float], _ reader: DataReader, threads: Int
  ) throws -> [Float] {
    let none = [Lanes](repeating: .zero, count: layout.channels)
    let greatest = Float(bits.greatest)
    let (layout, shares) = (layout, shares)
    let lanes = try reader.accumulated(stride: 4, threads: threads, none) { errors, bytes, range in
      layout.forEachRun(in: range) { start, count, channel in
        for part in 0..<count {
          let own = layout.isInnermost ? channel + part : channel
          let scales = shares * (magnitudes[own] / greatest)
          let value = bytes.loadUnaligned(
            fromByteOffset: (start - range.lowerBound + part) * 4, as: Float.self)
          errors[own] += Self.squaredErrors(value, scales, greatest)
        }
      }
    }
    return magnitudes.indices.map { channel in
      let total = lanes.reduce(into: Lanes.zero) { $0 += $1[channel] }
      let best = (0..<32).min { total[$0] < total[$1] } ?? 0
      return magnitudes[channel] * shares[best]
    }
  }

  /// The squared errors of a value at each of the scales.
  @inline(__always)
  private static func squaredErrors(_ value: Float, _ scales: Lanes, _ greatest: Float) -> Lanes {
    let magnitude = Lanes(repeating: abs(value))
    // Adding and taking away 2^23 rounds a float between 0 and 2^22 to an integer.
    let shift = Lanes(repeating: 0x1p23)
    let steps = pointwiseMin(magnitude / scales, Lanes(repeating: greatest))
    let error = ((steps + shift) - shift) * scales - magnitude
    return error * error
  }
}
