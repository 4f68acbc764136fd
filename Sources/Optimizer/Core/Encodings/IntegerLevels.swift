/// Which of a codebook's integers each int8 value becomes: the nearest one.
///
/// Clustered weights round to the codebook's integers by themselves; where a scale is not the
/// channel's own (a floor, an equalized channel, one scale for the tensor) this keeps the number of
/// distinct values.
struct IntegerLevels: Hashable, Sendable {
  /// Ascending, from −127 to 127.
  let levels: [Int8]
  /// By value + 128.
  let nearest: [Int8]

  init(_ levels: [Int]) {
    self.levels = levels.map { Int8($0) }
    nearest = (-128...127).map { value in
      // Of two that are as near, the one nearer to zero.
      let best = levels.min {
        (abs($0 - value), abs($0)) < (abs($1 - value), abs($1))
      }
      return Int8(best ?? 0)
    }
  }

  func callAsFunction(_ value: Double) -> Double {
    Double(nearest[Int(max(-128, min(127, value))) + 128])
  }
}
