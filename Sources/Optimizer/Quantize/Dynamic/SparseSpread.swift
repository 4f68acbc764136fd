import Platform
import TFLite

/// The spread of the values of a largely zero weight, which tells what wider integer steps cost.
///
/// Such a weight is meant for compression, where each kept value takes one bit less if steps are
/// twice as wide. The rounding noise is 1/12 of the squared step for each value that is not zero.
struct SparseSpread {
  /// Σ over the values that are not zero, of the squared greatest magnitude of their channel.
  private let peaks: Double
  /// Σ value².
  private let energy: Double
  /// The greatest integer without wider steps.
  private let most: Int

  /// A weight with a smaller share of zeros is dense. Half and twice of it change none of three
  /// keyword models at 70 %, nor do half and twice of `probe`, nor half of `leastDistinct`.
  private static let leastZeros = SearchLimit.of("SparseSpread.leastZeros", 0.3)
  /// The number of values of a channel that are examined for a codebook.
  private static let probe = SearchLimit.of("SparseSpread.probe", 128)
  /// The share of them that must be distinct: wider steps would lose a codebook's integers. If no
  /// weight has as many, so that no steps are widened, one of the three models is 6 % larger in
  /// int8, with 5 % less error.
  private static let leastDistinct = SearchLimit.of("SparseSpread.leastDistinct", 0.9)
  /// Five bits with the sign. Without samples half of it makes the three 2 % smaller with 1.5 % more
  /// error, twice of it 5 % larger with 0.4 % less.
  private static let least = SearchLimit.of("SparseSpread.least", 15)
  /// Rounding may add this share of pruning's squared error: 1 % more error. Half of it makes one
  /// of the three 4 % larger with 1 % more error, twice of it 0.4 % smaller with 0.5 % more.
  private static let shareOfPruning = SearchLimit.of("SparseSpread.shareOfPruning", 0.02)

  /// Returns nil for a weight that keeps its steps.
  init?(_ reader: DataReader, _ encoding: WeightEncoding) throws {
    let layout = encoding.layout
    let elements = reader.count / 4
    guard elements >= CompressibleWeight.leastElements, try Self.looksSparse(reader) else {
      return nil
    }
    var counts = [Int](repeating: 0, count: layout.channels)
    var probed = [Set<UInt32>](repeating: [], count: layout.channels)
    var energy = 0.0
    try Self.forEach(0..<elements, of: reader) { index, value in
      guard value != 0 else { return }
      let channel = layout.channel(of: index)
      if counts[channel] < Self.probe { probed[channel].insert(value.bitPattern) }
      counts[channel] += 1
      energy += Double(value) * Double(value)
    }
    let zeros = elements - counts.reduce(0, +)
    let distinct = probed.reduce(0) { $0 + $1.count }
    let most = counts.reduce(0) { $0 + min($1, Self.probe) }
    guard energy > 0, Double(zeros) >= Self.leastZeros * Double(elements),
      Double(distinct) >= Self.leastDistinct * Double(most)
    else { return nil }
    self.energy = energy
    self.most = encoding.bits.greatest
    peaks = zip(counts, encoding.magnitudes).reduce(0) {
      $0 + Double($1.0) * Double($1.1) * Double($1.1)
    }
  }

  /// Whether the weight looks sparse: dense weights are recognized from a few thousand values, so
  /// that they cost no time.
  private static func looksSparse(_ reader: DataReader) throws -> Bool {
    let (elements, block) = (reader.count / 4, 256)
    let step = max(block, elements / 16)
    var (zeros, seen) = (0, 0)
    for start in stride(from: 0, to: elements, by: step) {
      try forEach(start..<min(start + block, elements), of: reader) { _, value in
        seen += 1
        if value == 0 { zeros += 1 }
      }
    }
    return Double(zeros) >= leastZeros / 2 * Double(seen)
  }

  private static func forEach(
    _ range: Range<Int>, of reader: DataReader, _ body: (Int, Float) -> Void
  ) throws {
    let part = 1 << 18
    for start in stride(from: range.lowerBound, to: range.upperBound, by: part) {
      let end = min(start + part, range.upperBound)
      try reader.withBytes(in: start * 4..<end * 4) { bytes in
        for index in start..<end {
          body(index, bytes.loadUnaligned(fromByteOffset: (index - start) * 4, as: Float.self))
        }
      }
    }
  }

  /// Returns the greatest integer with which rounding adds `noise`, as a share of Σ value².
  func greatest(noise: Double) -> Int {
    let steps = (peaks / (12 * noise * energy)).squareRoot().rounded(.up)
    return steps < Double(most) ? min(most, max(Self.least, Int(steps))) : most
  }

  /// Returns the greatest integer without samples; `pruning` is pruning's share of Σ value².
  func greatest(afterPruning pruning: Double) -> Int {
    greatest(noise: pruning * Self.shareOfPruning)
  }
}

extension Job {
  /// Returns the spread of a weight's values; nil if it keeps its steps. Clustered weights, and
  /// weights that are integers in the input, have steps of their own.
  func sparseSpread(
    of id: TensorID, _ encoding: WeightEncoding, in model: Model
  ) throws -> SparseSpread? {
    guard findings[LiftedModel.self] == nil,
      findings[ClusterResult.self]?.weights[id] == nil, let data = model.data(of: id)
    else { return nil }
    let reader = reader(data)
    defer { reader.releaseMemory() }
    return try SparseSpread(reader, encoding)
  }

  /// Returns pruning's error in a weight in this run, Σ (value after − before)² ÷ Σ value²; nil if
  /// it was not pruned.
  func pruningError(of id: TensorID) -> Double? {
    guard findings[PruningSummary.self]?.zeros[id] != nil, let known = log.valueErrors[id] else {
      return nil
    }
    return known.error / Double(max(known.elements, 1))
  }
}
