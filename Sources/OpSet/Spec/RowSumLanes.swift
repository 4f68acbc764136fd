/// How LiteRT's kernels without XNNPACK sum the int8 weights of a row, for the zero point of an
/// input. On x86 they sum in eight lanes of 16 bits; lane j takes the columns 16 k + 2 j and the
/// next.
///
/// A lane whose sum leaves int16 wraps, and each output of the row is off by 2^16 × the zero point.
/// Columns after the last whole 16 are summed apart. Measured with FULLY_CONNECTED (±32,766 is
/// right, 33,020 is wrong), BATCH_MATMUL, CONV_2D, RNN, SVDF and LSTM.
package struct RowSumLanes {
  package static let block = 16
  private static let lanes = 8
  /// The sum of fewer columns cannot leave int16.
  package static let leastColumns = block * (Int(Int16.max) / (2 * 127) + 1)

  /// Whether the lanes of a part of a row are a part of the row's lanes.
  package static func areWhole(from start: Int, count: Int, columns: Int) -> Bool {
    let place = start % columns
    return place % block == 0 && (count % block == 0 || place + count == columns)
  }

  /// Whether no lane of a row overflows, from a bound of its lanes' sums of values, which are then rounded to whole
  /// steps: a column moves a sum by half a step at most.
  package static func stays(within sum: Float, step: Float, columns: Int) -> Bool {
    // Float sums of so many values are right to a thousandth of the values' own magnitudes, 127 steps each.
    let slack = Float(columns / lanes) * (0.5 + 0.127)
    return sum / step + slack < Float(Int16.max)
  }

  private var sums: [Int32]
  private let rows: Int

  package init(rows: Int) {
    self.rows = rows
    sums = Array(repeating: 0, count: rows * Self.lanes)
  }

  /// Adds the weights of one column, one for each row. The column must belong to a whole block.
  @inline(__always)
  package mutating func add(column: Int, _ weights: UnsafePointer<Int8>) {
    let lane = column % Self.block / 2
    for row in 0..<rows { sums[row * Self.lanes + lane] &+= Int32(weights[row]) }
  }

  package var overflow: Bool { sums.contains { Int16(exactly: $0) == nil } }

  /// Whether the sum of a row of consecutive weights overflows.
  package static func overflow(_ row: UnsafePointer<Int8>, columns: Int) -> Bool {
    var sums: SIMD16<Int32> = .zero
    for start in stride(from: 0, to: columns - columns % block, by: block) {
      let part = UnsafeRawPointer(row + start).loadUnaligned(as: SIMD16<Int8>.self)
      sums &+= SIMD16<Int32>(truncatingIfNeeded: part)
    }
    let lanes = sums.evenHalf &+ sums.oddHalf
    return any(lanes .> Int32(Int16.max)) || any(lanes .< Int32(Int16.min))
  }
}
