import Platform
import TFLite

extension Preparation {
  /// Returns the stages of SOFTMAX for int16 values: powers over [−10, 0] and reciprocals over [1,
  /// 2] from tables.
  func wordSoftmax(_ scale: Double) throws -> [Stage] {
    try requireType(try output(), .int16, what: "outputs")
    let exponent = Rescaler(scale / (10.0 / 65535.0))
    let power = InterpolationTable(
      inputScale: 10.0 / 65535.0, inputZeroPoint: 32767, outputScale: 2.0 / 65535.0
    ) { MathFunctions.exponential($0) }
    let inverse = InterpolationTable(
      inputScale: 1.0 / 65535.0, inputZeroPoint: -32768, outputScale: 2.0 / 65535.0
    ) { 1 / (1 + $0) }
    return try rows(Int16.self, Int16.self) { row, output, depth in
      let greatest = Int32(greatest(row, depth))
      var sum: Int32 = 0
      for index in 0..<depth {
        let steps = exponent(Int32(row[index]) &- greatest) &+ 32767
        output[index] = power(Int16(clamping: steps))
        sum &+= Int32(output[index])
      }
      let headroom = sum.leadingZeroBitCount
      let raised = (Int64(sum) << Int64(headroom - 1) &+ 1 << 13) &>> 14
      let share = Int32(inverse(Int16(clamping: raised &- 3 << 15)))
      let shift = Int32(31 - headroom)
      let half: Int32 = shift > 0 ? 1 &<< (shift &- 1) : 0
      for index in 0..<depth {
        let result = (Int32(output[index]) &* share &+ half) &>> shift
        output[index] = Int16(clamping: max(0, result))
      }
    }
  }
}
