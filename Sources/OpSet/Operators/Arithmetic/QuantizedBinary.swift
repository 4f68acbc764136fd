import KernelTable
import TFLite

extension Preparation {
  /// Returns the run of a binary operator on quantized integers, bit for bit as the reference
  /// kernels; nil where the operands are not quantized.
  func quantizedRun(
    _ operation: BinaryOperation, activation: Int, hasPowerOfTwoScales: Bool = false
  ) throws -> BinaryRun? {
    let (a, b, output) = (try input(0), try input(1), try output())
    guard a.tensor.quantization?.isQuantized == true else { return nil }
    switch a.type {
    case .int8, .uint8:
      let operands = try QuantizedOperands(a, b, output)
      return a.type == .int8
        ? try operands.run(operation, Int8.self, activation)
        : operation == .squaredDifference
          ? nil : try operands.run(operation, UInt8.self, activation)
    case .int16 where operation != .squaredDifference && operation != .prelu:
      let operands = try QuantizedOperands(a, b, output)
      guard hasPowerOfTwoScales, let shifts = try operands.shifts() else {
        return try operands.run(operation, Int16.self, activation)
      }
      try require(a.shape == b.shape, "the shapes differ, but scales are powers of two")
      return try operands.shiftedSum(operation, shifts, activation)
    default: return nil
    }
  }

  /// Returns a stage that throws where a divisor is at its zero point.
  func quantizedDivisorCheck(_ divisor: Value) throws -> [Stage] {
    let zeroPoint = try Affine(divisor).zeroPoint
    func stage<Element: FixedWidthInteger>(_ type: Element.Type) -> [Stage] {
      guard let zero = Element(exactly: zeroPoint) else { return [] }
      return .once {
        let elements = divisor.pointer(type)
        for index in 0..<divisor.count where elements[index] == zero {
          throw OperatorFault.invalid("division by 0")
        }
      }
    }
    switch divisor.type {
    case .int8: return stage(Int8.self)
    case .uint8: return stage(UInt8.self)
    default: return stage(Int16.self)
    }
  }
}

/// The scales of a binary operator's operands: x and y give z.
struct QuantizedOperands {
  let x: Affine
  let y: Affine
  let z: Affine

  init(_ a: Value, _ b: Value, _ output: Value) throws {
    (x, y, z) = (try Affine(a), try Affine(b), try Affine(output))
  }

  func run<Element: FixedWidthInteger>(
    _ operation: BinaryOperation, _ type: Element.Type, _ activation: Int
  ) throws -> BinaryRun? {
    let range = try z.clamp(activation, Int32(Element.min)...Int32(Element.max))
    switch operation {
    case .add, .subtract:
      return Element.bitWidth == 8
        ? byteSum(operation, type, range) : wideSum(operation, type, range)
    case .multiply: return product(type, range)
    case .divide: return quotient(type, range)
    case .squaredDifference: return squaredDifference(type, range)
    case .prelu: return prelu(type, range)
    default: return nil
    }
  }

  /// Twice the greater scale, which both operands of a sum are brought to.
  private var common: Float { 2 * max(x.scale, y.scale) }

  /// Brings an operand to the common scale with more bits behind the point.
  private func raising(_ operand: Affine, bits: Int32) -> (Int32) -> Int32 {
    let rescale = Rescaler(Double(operand.scale) / Double(common))
    return { rescale(operand.difference($0) &<< bits) }
  }

  private func byteSum<Element: FixedWidthInteger>(
    _ operation: BinaryOperation, _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let sign: Int32 = operation == .subtract ? -1 : 1
    let raise = (raising(x, bits: 20), raising(y, bits: 20))
    let left = OperandTable(isSigned: Element.isSigned) { raise.0($0) }
    let right = OperandTable(isSigned: Element.isSigned) { sign &* raise.1($0) }
    let rescale = Rescaler(Double(common) / Double(0x1p20 * z.scale))
    return BinaryRun(
      cost: 4,
      ByteSum(
        left: left, right: right,
        ending: Ending(rescale: rescale, zeroPoint: z.zeroPoint, range: range)))
  }

  private func wideSum<Element: FixedWidthInteger>(
    _ operation: BinaryOperation, _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let sign: Int32 = operation == .subtract ? -1 : 1
    let first = Rescaler(Double(x.scale) / Double(common))
    let second = Rescaler(Double(y.scale) / Double(common))
    let rescale = Rescaler(Double(common) / Double(0x1p15 * z.scale))
    return BinaryRun(
      cost: 8,
      WideSum<Element>(
        x: x, y: y, first: first, second: second, sign: sign,
        ending: Ending(rescale: rescale, zeroPoint: z.zeroPoint, range: range)))
  }

  private func product<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let rescale = Rescaler(Double(x.scale * y.scale / z.scale))
    return BinaryRun(
      cost: 4,
      Product<Element>(
        x: x, y: y, ending: Ending(rescale: rescale, zeroPoint: z.zeroPoint, range: range)))
  }

  private func squaredDifference<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let raise = (raising(x, bits: 7), raising(y, bits: 7))
    let left = OperandTable(isSigned: Element.isSigned) { raise.0($0) }
    let right = OperandTable(isSigned: Element.isSigned) { raise.1($0) }
    let factor = Double(common) * Double(common) / Double(0x1p14 * z.scale)
    return BinaryRun(
      cost: 4,
      ByteSquare(
        left: left, right: right,
        ending: Ending(rescale: Rescaler(factor), zeroPoint: z.zeroPoint, range: range)))
  }

  private func prelu<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let positive = Rescaler(Double(x.scale / z.scale))
    let negative = Rescaler(Double(x.scale * y.scale / z.scale))
    return BinaryRun(
      cost: 6,
      Slope<Element>(
        x: x, y: y, negative: negative,
        ending: Ending(rescale: positive, zeroPoint: z.zeroPoint, range: range)))
  }
}

/// The conversion of sums and products to levels of the output.
private struct Ending {
  let rescale: Rescaler
  let zeroPoint: Int32
  let range: ClosedRange<Int32>

  @inline(__always)
  func callAsFunction(_ value: Int32) -> Int32 { (rescale(value) &+ zeroPoint).clamped(range) }
}

private struct ByteSum: BinaryFunction {
  private let tables: (OperandTable, OperandTable)
  /// The tables' entries.
  private let left: UnsafePointer<Int32>
  private let right: UnsafePointer<Int32>
  private let ending: Ending

  init(left: OperandTable, right: OperandTable, ending: Ending) {
    tables = (left, right)
    (self.left, self.right) = (left.entries, right.entries)
    self.ending = ending
  }

  @inline(__always)
  func callAsFunction(_ a: UInt8, _ b: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: ending(left[Int(a)] &+ right[Int(b)]))
  }
}

/// SQUARED_DIFFERENCE.
private struct ByteSquare: BinaryFunction {
  let left: OperandTable
  let right: OperandTable
  let ending: Ending

  @inline(__always)
  func callAsFunction(_ a: UInt8, _ b: UInt8) -> UInt8 {
    let difference = left[a] &- right[b]
    return UInt8(truncatingIfNeeded: ending(difference &* difference))
  }
}

private struct WideSum<Element: FixedWidthInteger>: BinaryFunction {
  let x: Affine
  let y: Affine
  let first: Rescaler
  let second: Rescaler
  let sign: Int32
  let ending: Ending

  @inline(__always)
  func callAsFunction(_ a: Element, _ b: Element) -> Element {
    let left = first(x.difference(a) &<< 15)
    let right = second(y.difference(b) &<< 15)
    return Element(truncatingIfNeeded: ending(left &+ sign &* right))
  }
}

private struct Product<Element: FixedWidthInteger>: BinaryFunction {
  let x: Affine
  let y: Affine
  let ending: Ending

  @inline(__always)
  func callAsFunction(_ a: Element, _ b: Element) -> Element {
    Element(truncatingIfNeeded: ending(x.difference(a) &* y.difference(b)))
  }
}

/// PRELU.
private struct Slope<Element: FixedWidthInteger>: BinaryFunction {
  let x: Affine
  let y: Affine
  let negative: Rescaler
  /// The last step for values that are not negative.
  let ending: Ending

  @inline(__always)
  func callAsFunction(_ a: Element, _ b: Element) -> Element {
    let value = x.difference(a)
    if value >= 0 { return Element(truncatingIfNeeded: ending(value)) }
    let level = negative(value &* y.difference(b)) &+ ending.zeroPoint
    return Element(truncatingIfNeeded: level.clamped(ending.range))
  }
}
