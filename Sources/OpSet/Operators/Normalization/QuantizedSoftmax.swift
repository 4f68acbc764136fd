import TFLite

/// e^((x − greatest) × scale) of 8-bit values for each difference from the greatest, as the reference
/// kernels compute it.
final class PowerTable: @unchecked Sendable {
  /// Below this difference powers count as zero.
  let leastDifference: Int32
  /// Rescales a difference to the exponent, which has 5 integer bits.
  let exponent: Rescaler
  let multiplier: QuantizedMultiplier
  private let base: UnsafeMutablePointer<Int32>

  init(scale: Double) throws {
    let factor = min(scale * 0x1p26, 0x1p31 - 1)
    guard factor > 1 else { throw OperatorFault.invalid("the input scale \(scale) is too small") }
    multiplier = QuantizedMultiplier(factor)
    exponent = Rescaler(multiplier)
    let radius = (31 * 0x1p26 / Double(sign: .plus, exponent: multiplier.shift, significand: 1))
    leastDifference = -Int32(radius.rounded(.down))
    base = .allocate(capacity: 256)
    for difference in 0..<256 {
      let value = -Int32(difference)
      base[difference] =
        value >= leastDifference ? exponent(value).exponentialOfNegative(integerBits: 5) : 0
    }
  }

  deinit { base.deallocate() }

  /// Without integer bits.
  @inline(__always)
  func power(_ greatest: Int32, _ value: Int32) -> Int32 { base[Int(greatest &- value)] }

  /// With 12 integer bits.
  @inline(__always)
  func sum<Element: FixedWidthInteger>(
    _ row: UnsafePointer<Element>, _ greatest: Int32, _ count: Int
  ) -> Int32 {
    var sum: Int32 = 0
    for index in 0..<count {
      let value = power(greatest, Int32(truncatingIfNeeded: row[index]))
      sum &+= value.roundedShift(right: 12)
    }
    return sum
  }
}

extension Preparation {
  /// Returns the stages of SOFTMAX for 8-bit values, also with int16 output.
  func quantizedSoftmax(beta: Float) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let scale = try Affine(input).scale
    if input.type == .int16 { return try wordSoftmax(Double(scale * beta)) }
    let table = try PowerTable(scale: Double(beta) * Double(scale))
    switch (input.type, output.type) {
    case (.int8, .int8): return try softmax(table, Int8.self, Int8.self)
    case (.int8, .int16): return try softmax(table, Int8.self, Int16.self)
    case (.uint8, .uint8): return try softmax(table, UInt8.self, UInt8.self)
    case (.uint8, .int16): return try softmax(table, UInt8.self, Int16.self)
    default: throw unsupported(input.type)
    }
  }

  private func softmax<Element: FixedWidthInteger, Result: FixedWidthInteger>(
    _ table: PowerTable, _ type: Element.Type, _ result: Result.Type
  ) throws -> [Stage] {
    try rows(type, result) { row, output, depth in
      let greatest = Int32(truncatingIfNeeded: greatest(row, depth))
      let (inverse, bits) = table.sum(row, greatest, depth).reciprocal(integerBits: 12)
      let shift = min(31, max(0, bits + 31 - Result.bitWidth))
      for index in 0..<depth {
        let power = table.power(greatest, Int32(truncatingIfNeeded: row[index]))
        let share = Int32.highProduct(inverse, power).roundedShift(right: shift)
        output[index] = Result(clamping: share &+ Int32(truncatingIfNeeded: Result.min))
      }
    }
  }

  func quantizedLogSoftmax() throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let scale = try Affine(input).scale
    let table = try PowerTable(scale: Double(scale))
    let result = try Affine(output)
    try require(
      result.scale == 1 / 16 && result.zeroPoint == (input.type == .int8 ? 127 : 255),
      "the output cannot have scale \(result.scale) and zero point \(result.zeroPoint)")
    return input.type == .int8
      ? try logSoftmax(table, Int8.self) : try logSoftmax(table, UInt8.self)
  }

  private func logSoftmax<Element: FixedWidthInteger>(
    _ table: PowerTable, _ type: Element.Type
  ) throws -> [Stage] {
    // From an exponent back to a difference.
    let inverse = Rescaler(
      Double(sign: .plus, exponent: 31 - table.multiplier.shift, significand: 1)
        / Double(table.multiplier.fraction))
    return try rows(type, type) { row, output, depth in
      let greatest = Int32(truncatingIfNeeded: greatest(row, depth))
      let logarithm = table.sum(row, greatest, depth).logarithm
      let limit = max(table.leastDifference &- 1, inverse(logarithm &+ .min))
      for index in 0..<depth {
        let difference = Int32(truncatingIfNeeded: row[index]) &- greatest
        let level = (table.exponent(difference) &- logarithm).roundedShift(right: 22)
        output[index] =
          difference > limit
          ? Element(clamping: level &+ Int32(truncatingIfNeeded: Element.max)) : .min
      }
    }
  }

  /// Returns the stages of x ÷ √Σx² with 7 fractional bits.
  func quantizedL2Normalization() throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let (x, y) = (try Affine(input), try Affine(output))
    try require(
      y.scale == 1 / 128 && y.zeroPoint == (input.type == .int8 ? 0 : 128),
      "the output cannot have scale \(y.scale) and zero point \(y.zeroPoint)")
    return input.type == .int8
      ? try l2Normalization(x, y, Int8.self) : try l2Normalization(x, y, UInt8.self)
  }

  private func l2Normalization<Element: FixedWidthInteger>(
    _ x: Affine, _ y: Affine, _ type: Element.Type
  ) throws -> [Stage] {
    try rows(type, type) { row, output, depth in
      var sum: Int32 = 0
      for index in 0..<depth {
        let value = x.difference(row[index])
        sum &+= value &* value
      }
      let (fraction, shift) = sum.inverseSquareRoot
      // The uint8 kernel shifts by the 7 bits before the product, the int8 kernel after it.
      let bits: Int32 = Element.isSigned ? 0 : 7
      let rescale = Rescaler(fraction: fraction, shift: shift + 7 - Int(bits))
      for index in 0..<depth {
        let level = rescale(x.difference(row[index]) &<< bits) &+ y.zeroPoint
        output[index] = Element(clamping: level)
      }
    }
  }
}

extension Preparation {
  /// Stages over rows of the last dimension; the output has the input's shape.
  func rows<Element, Result>(
    _ type: Element.Type, _ result: Result.Type,
    _ body:
      @escaping (
        _ input: UnsafePointer<Element>, _ output: UnsafeMutablePointer<Result>, _ depth: Int
      ) -> Void
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    try setShape(input.shape)
    guard input.count > 0 else { return [] }
    let depth = input.shape.last ?? 1
    let count = input.count / depth
    return .each(of: count, operations: input.count * 8) { row, _ in
      body(
        input.pointer(type) + row &* depth, output.pointer(result) + row &* depth, depth)
    }
  }
}

func greatest<Element: FixedWidthInteger>(_ row: UnsafePointer<Element>, _ count: Int) -> Element {
  var result = Element.min
  for index in 0..<count { result = max(result, row[index]) }
  return result
}
