/// The error of an output by the columns of one axis: a detector's boxes would hide errors of its
/// scores.
///
/// Memory is bounded: if there are more than 4096 columns, neighbours form groups.
package struct ColumnErrors: Sendable {
  /// The number of the output's axis, from 0.
  package let axis: Int
  package let columns: Int
  /// Neighbouring columns that form a group; 1 except for very long axes.
  package let groupSize: Int
  package private(set) var groups: [Group]
  /// Distinct values of a group are counted up to this number.
  package let mostDistinct: Int
  /// Elements between the values of neighbouring columns.
  private let inner: Int

  package static let mostGroups = 4096
  /// The distinct values that all groups of one model keep together.
  private static let keptDistinct = 1 << 18

  /// Returns nil if the axis has no columns to distinguish.
  init?(shape: [Int], axis: Int) {
    guard shape.indices.contains(axis), shape[axis] > 1, !shape.contains(0) else { return nil }
    self.axis = axis
    columns = shape[axis]
    groupSize = (columns + Self.mostGroups - 1) / Self.mostGroups
    inner = shape[(axis + 1)...].reduce(1, *)
    groups = Array(repeating: Group(), count: (columns + groupSize - 1) / groupSize)
    mostDistinct = min(256, Self.keptDistinct / groups.count)
  }

  /// Returns the errors along the last axis. For outputs of three axes also along the second, which
  /// has the channels if a detector puts its boxes last, as in [1, 84, 8400].
  static func all(shape: [Int]) -> [ColumnErrors] {
    let axes = shape.count == 3 ? [2, 1] : [shape.count - 1]
    return axes.compactMap { ColumnErrors(shape: shape, axis: $0) }
  }

  /// Adds the values of one run; shapes with different columns are ignored.
  mutating func add(_ reals: [Float], reference: [Float], shape: [Int]) {
    guard shape.indices.contains(axis), shape[axis] == columns,
      shape[(axis + 1)...].reduce(1, *) == inner
    else { return }
    let most = mostDistinct
    groups.withUnsafeMutableBufferPointer { groups in
      for start in stride(from: 0, to: reference.count, by: inner) {
        let group = start / inner % columns / groupSize
        for index in start..<start + inner {
          groups[group].add(reals[index], reference: reference[index], most)
        }
      }
    }
  }
}

extension ColumnErrors {
  /// The values of one column or of a group of neighbours.
  package struct Group: Sendable {
    package private(set) var values = 0
    package private(set) var reference = Side()
    package private(set) var other = Side()
    private var squaredError = 0.0

    mutating func add(_ real: Float, reference expected: Float, _ most: Int) {
      guard real.isFinite, expected.isFinite else { return }
      values += 1
      let error = Double(real) - Double(expected)
      squaredError += error * error
      reference.add(expected, most)
      other.add(real, most)
    }

    package var sqnr: Double { ErrorStatistics.decibels(reference.squares, squaredError) }

    package var meanSquaredError: Double { squaredError / Double(max(1, values)) }

    package var variance: Double {
      let mean = reference.sum / Double(max(1, values))
      return max(0, reference.squares / Double(max(1, values)) - mean * mean)
    }
  }

  /// One model's values of a group.
  package struct Side: Sendable {
    package private(set) var least = Float.infinity
    package private(set) var greatest = -Float.infinity
    fileprivate private(set) var sum = 0.0
    fileprivate private(set) var squares = 0.0
    private var distinctValues: Set<UInt32> = []
    private var last: UInt32?

    package var magnitude: Double { Double(max(abs(least), abs(greatest))) }

    /// The number of distinct values; one more than the greatest count if there are more.
    package var distinct: Int { distinctValues.count }

    mutating func add(_ value: Float, _ most: Int) {
      (least, greatest) = (min(least, value), max(greatest, value))
      sum += Double(value)
      squares += Double(value) * Double(value)
      // Equal neighbours are common where values collapsed. −0 is 0.
      let bits = (value + 0).bitPattern
      guard bits != last, distinctValues.count <= most else { return }
      last = bits
      distinctValues.insert(bits)
    }
  }
}

extension ColumnErrors {
  /// Below this many decibels a column is lost: an error of a tenth.
  private static let poor = 20.0
  /// The few values of a column may be small by chance, and small values have little signal.
  private static let (fewValues, leastValues) = (64, 8)
  /// A column with few values is lost below this many decibels.
  private static let poorOfFew = 6.0
  /// The squared error of 8 bits over 0…1, plus 12 dB for errors before it. Nobody decides by
  /// smaller differences of a score, such as those of classes that no sample shows.
  private static let scoreError = 16.0 / (256 * 256 * 12)
  /// Values that are smaller than this, relative to the output's root mean square, are float
  /// rounding errors of zeros.
  static let zero = 1e-5
  /// An error of a constant column is large above this share of its magnitude.
  private static let constantError = 0.1

  /// The indices of the groups that are lost, worst first.
  package var lost: [Int] {
    let squares = groups.reduce(0) { $0 + $1.reference.squares }
    let mean = squares / Double(max(1, groups.reduce(0) { $0 + $1.values }))
    return groups.indices.filter { isLost(groups[$0], meanSquare: mean) }
      .sorted { (groups[$0].sqnr, $0) < (groups[$1].sqnr, $1) }
  }

  /// The group with the least SQNR among those whose values differ by more than a level of 8 bits;
  /// nil if none has an error.
  package var worst: Int? {
    lost.first
      ?? groups.indices.filter { !groups[$0].isConstant && groups[$0].meanSquaredError > 0 }
      .min { (groups[$0].sqnr, $0) < (groups[$1].sqnr, $1) }
  }

  /// A constant column has no signal. It is lost only if its error is large relative to its
  /// magnitude and the output's. `meanSquare` is that of the output.
  private func isLost(_ group: Group, meanSquare: Double) -> Bool {
    guard group.values >= Self.leastValues, group.meanSquaredError > 0 else { return false }
    let isZero = group.reference.magnitude < Self.zero * meanSquare.squareRoot()
    if group.isConstant || isZero {
      let square = group.reference.magnitude * group.reference.magnitude
      let limit = Self.constantError * Self.constantError * max(square, meanSquare)
      return group.meanSquaredError > limit
    }
    let isScore = group.reference.least >= 0 && group.reference.greatest <= 1
    if isScore, group.meanSquaredError < Self.scoreError { return false }
    return group.sqnr < (group.values < Self.fewValues ? Self.poorOfFew : Self.poor)
  }
}

extension ColumnErrors.Group {
  /// Whether the spread of the values is less than a level of 8 bits between zero and the greatest
  /// magnitude.
  fileprivate var isConstant: Bool {
    let level = reference.magnitude / 255
    return values == 0 || variance <= level * level
  }
}
