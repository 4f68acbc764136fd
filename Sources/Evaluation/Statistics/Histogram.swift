import KernelTable
import OpSet
import Platform

/// How often values fall into 2048 bins whose width is a power of two.
///
/// The width is the least for which all values fit, and bins are aligned to zero, so that merging
/// two neighbours is exact: counts depend on the values alone, not on their order, and histograms
/// of shards add up to the histogram of all.
package struct Histogram: Equatable, Sendable {
  package static let binCount = 2048
  /// Narrower bins would show nothing more.
  private static let leastExponent = -80
  /// ⌊x ÷ width⌋ stays exact in float32 and inside int32.
  private static let significantBits = 24

  /// Bins are 2^`exponent` wide.
  package private(set) var exponent = 0
  /// Bin 0 begins at `first` × width.
  package private(set) var first = 0
  /// The count of each bin; empty before the first value.
  package private(set) var counts: [UInt64] = []
  package private(set) var least: Float = .infinity
  package private(set) var greatest: Float = -.infinity
  /// Values that are exactly zero.
  package private(set) var zeros: UInt64 = 0

  package init() {}

  /// Restores a stored histogram; nil if its parts contradict each other.
  package init?(
    exponent: Int, first: Int, counts: [UInt64], least: Float, greatest: Float, zeros: UInt64
  ) {
    guard least.isFinite, greatest.isFinite, least <= greatest, counts.count <= Self.binCount
    else { return nil }
    let place = Self.place(least, greatest, from: exponent)
    guard place.exponent == exponent, place.first == first,
      Self.place(least, greatest, from: nil).exponent == exponent
    else { return nil }
    self.exponent = exponent
    self.first = first
    self.counts = counts + [UInt64](repeating: 0, count: Self.binCount - counts.count)
    self.least = least
    self.greatest = greatest
    self.zeros = zeros
  }

  package var isEmpty: Bool { counts.isEmpty }
  package var width: Double { Self.power(exponent) }
  package var total: UInt64 { counts.reduce(0, &+) }

  /// Returns the middle of a bin.
  package func center(_ bin: Int) -> Double { (Double(first + bin) + 0.5) * width }

  /// Values that are counted together.
  private static let block = 64
  /// The number of values of a tensor that are counted in one run; more would add nothing.
  private static let enough = 1 << 14

  /// Counts finite values; `range` is theirs. Of many values, every n-th block is counted n times,
  /// with n chosen so that no channel is left out (`channels` is the last dimension), and the ends
  /// once.
  package mutating func add(
    _ values: UnsafeRawPointer, count: Int, channels: Int, range: ObservationKernels.Range
  ) {
    guard count > 0 else { return }
    extend(to: range.least, range.greatest)
    let perUnit = Float(Self.power(-exponent))
    let start = Int32(first)
    let every = Self.interval(count, channels)
    // Four tables, added up at the end.
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 4 * Self.binCount) { tables in
      guard let base = tables.baseAddress else { return }
      base.initialize(repeating: 0, count: 4 * Self.binCount)
      let kernels = KernelTable.chosen.observation
      var (index, zeros) = (0, 0)
      while index < count {
        let part = every == 1 ? count : min(Self.block, count - index)
        zeros += kernels.count(values + index * 4, part, perUnit, start, base, Self.binCount)
        index += every == 1 ? count : Self.block * every
      }
      self.zeros += UInt64(zeros * every)
      counts.withUnsafeMutableBufferPointer { counts in
        for bin in 0..<Self.binCount {
          let one = base[bin] &+ base[bin &+ Self.binCount]
          let two = base[bin &+ 2 &* Self.binCount] &+ base[bin &+ 3 &* Self.binCount]
          counts[bin] &+= (UInt64(one) &+ UInt64(two)) &* UInt64(every)
        }
      }
    }
    guard every > 1 else { return }
    for end in [range.least, range.greatest] {
      counts[Int((Double(end) * Double(perUnit)).rounded(.down)) - first] += 1
    }
  }

  private static func interval(_ count: Int, _ channels: Int) -> Int {
    guard count > enough else { return 1 }
    var every = (count + enough - 1) / enough | 1
    while MathFunctions.greatestCommonDivisor(every, max(channels, 1)) != 1 { every += 2 }
    return every
  }

  package mutating func merge(_ other: Histogram) {
    guard !other.isEmpty else { return }
    extend(to: other.least, other.greatest)
    zeros += other.zeros
    let shift = exponent - other.exponent
    for (bin, count) in other.counts.enumerated() where count > 0 {
      counts[(other.first + bin) >> shift - first] += count
    }
  }

  /// Returns the histogram with values beyond a range moved to its ends. If bins are wide compared
  /// with the range, they say nothing about values inside: then only the ends are counted.
  package func clamped(to range: ClosedRange<Float>) -> Histogram {
    guard !isEmpty, least < range.lowerBound || greatest > range.upperBound else { return self }
    func inside(_ value: Float) -> Float { min(max(value, range.lowerBound), range.upperBound) }
    var clamped = Histogram()
    clamped.extend(to: inside(least), inside(greatest))
    clamped.zeros = zeros
    let isCoarse = width * 256 > Double(clamped.greatest) - Double(clamped.least)
    let kept: [(value: Double, count: UInt64)]
    if isCoarse {
      kept = [(Double(least), 1), (Double(greatest), 1)]
    } else {
      kept = counts.indices.filter { counts[$0] > 0 }.map { (center($0), counts[$0]) }
    }
    for (value, count) in kept {
      let bin = (Double(inside(Float(value))) / clamped.width).rounded(.down)
      clamped.counts[Int(bin) - clamped.first] += count
    }
    return clamped
  }

  /// Makes room for a range, with wider bins if necessary.
  private mutating func extend(to low: Float, _ high: Float) {
    guard low < least || high > greatest || isEmpty else { return }
    // Adding 0 turns −0 into 0, so the order of zeros does not matter.
    least = min(least, low) + 0
    greatest = max(greatest, high) + 0
    let place = Self.place(least, greatest, from: isEmpty ? nil : exponent)
    var moved = [UInt64](repeating: 0, count: Self.binCount)
    let shift = place.exponent - exponent
    for (bin, count) in counts.enumerated() where count > 0 {
      moved[(first + bin) >> shift - place.first] += count
    }
    (exponent, first, counts) = (place.exponent, place.first, moved)
  }

  /// Returns the least exponent from `start` on that fits the range.
  private static func place(
    _ low: Float, _ high: Float, from start: Int?
  ) -> (exponent: Int, first: Int) {
    let magnitude = max(abs(low), abs(high))
    let floor = magnitude == 0 ? leastExponent : Int(magnitude.exponent) - significantBits
    var exponent = max(leastExponent, floor, start ?? Int.min)
    while true {
      let perUnit = power(-exponent)
      let (bottom, top) = (
        (Double(low) * perUnit).rounded(.down), (Double(high) * perUnit).rounded(.down)
      )
      if top - bottom < Double(binCount) { return (exponent, Int(bottom)) }
      exponent += 1
    }
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
