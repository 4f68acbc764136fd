import KernelTable

/// Sums of int16 values whose scales are powers of two: one operand has the output's scale, the
/// other is shifted to it.
extension QuantizedOperands {
  /// Returns the number of bits by which each operand is shifted to the right; nil where a scale is
  /// no power of two.
  func shifts() throws -> (x: Int, y: Int)? {
    guard let first = x.powerOfTwo, let second = y.powerOfTwo, let result = z.powerOfTwo else {
      return nil
    }
    let shifts = (x: result - first, y: result - second)
    guard x.zeroPoint == 0, y.zeroPoint == 0, z.zeroPoint == 0 else {
      throw OperatorFault.invalid("scales are powers of two, but zero points are not 0")
    }
    guard shifts.x == 0 || shifts.y == 0, (0...15).contains(shifts.x + shifts.y) else {
      throw OperatorFault.invalid("an operand's scale exceeds the output's, or none equals it")
    }
    return shifts
  }

  func shiftedSum(
    _ operation: BinaryOperation, _ shifts: (x: Int, y: Int), _ activation: Int
  ) throws -> BinaryRun {
    let range = try z.clamp(activation, Int32(Int16.min)...Int32(Int16.max))
    let sign: Int32 = operation == .subtract ? -1 : 1
    return BinaryRun(Int16.self, cost: 4) { a, b in
      let left = Int32(a.roundedShift(right: shifts.x))
      let right = Int32(b.roundedShift(right: shifts.y))
      return Int16(truncatingIfNeeded: (left &+ sign &* right).clamped(range))
    }
  }
}
