/// Maps each integer to the nearest one of a codebook.
///
/// Clustered weights round to the codebook's integers anyway if the scale is the channel's own.
/// With another scale (a floor, an equalized channel, one scale for the tensor) this keeps the
/// number of distinct values.
struct IntegerLevels: Hashable, Sendable {
  /// Indexed by the integer minus the least value of a byte.
  private let nearest: [Int8]

  init(_ levels: [Int]) {
    nearest = (Int8.min...Int8.max).map { value in
      // Of two equally near levels, the one nearer to zero is taken.
      let best = levels.min {
        (abs($0 - Int(value)), abs($0)) < (abs($1 - Int(value)), abs($1))
      }
      return Int8(best ?? 0)
    }
  }

  func callAsFunction(_ value: Double) -> Double { Double(nearest[Int(value) - Int(Int8.min)]) }

  /// Replaces integers of one byte each.
  func apply(to integers: UnsafeMutableBufferPointer<Int8>) {
    nearest.withUnsafeBufferPointer { nearest in
      for index in integers.indices {
        integers[index] = nearest[Int(integers[index]) &- Int(Int8.min)]
      }
    }
  }
}
