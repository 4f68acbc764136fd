import KernelTable
import TFLite

extension Preparation {
  /// The run of a binary operator on quantized integers, bit for bit as the reference kernels; nil
  /// where the operands are not quantized.
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
      try require(a.shape == b.shape, "shapes that differ, where scales are powers of two")
      return try operands.shiftedSum(operation, shifts, activation)
    default: return nil
    }
  }

  /// A stage that throws where a divisor is at its zero point.
  func quantizedDivisorCheck(_ divisor: Value) throws -> [Stage] {
    let zeroPoint = try AffineScale(divisor).zeroPoint
    func stage<Element: FixedWidthInteger>(_ type: Element.Type) -> [Stage] {
      guard let zero = Element(exactly: zeroPoint) else { return [] }
      return [
        .once {
          let elements = divisor.pointer(type)
          for index in 0..<divisor.count where elements[index] == zero {
            throw OperatorFault.invalid("division by 0")
          }
        }
      ]
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
  let x: AffineScale
  let y: AffineScale
  let z: AffineScale

  init(_ a: Value, _ b: Value, _ output: Value) throws {
    (x, y, z) = (try AffineScale(a), try AffineScale(b), try AffineScale(output))
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
  private func raising(_ operand: AffineScale, bits: Int32) -> (Int32) -> Int32 {
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
    let zeroPoint = z.zeroPoint
    return BinaryRun(UInt8.self, cost: 4) { a, b in
      let sum = rescale(left[a] &+ right[b]) &+ zeroPoint
      return UInt8(truncatingIfNeeded: sum.clamped(range))
    }
  }

  private func wideSum<Element: FixedWidthInteger>(
    _ operation: BinaryOperation, _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let sign: Int32 = operation == .subtract ? -1 : 1
    let first = Rescaler(Double(x.scale) / Double(common))
    let second = Rescaler(Double(y.scale) / Double(common))
    let rescale = Rescaler(Double(common) / Double(0x1p15 * z.scale))
    let (x, y, zeroPoint) = (x, y, z.zeroPoint)
    return BinaryRun(type, cost: 8) { a, b in
      let left = first(x.difference(a) &<< 15)
      let right = second(y.difference(b) &<< 15)
      let sum = rescale(left &+ sign &* right) &+ zeroPoint
      return Element(truncatingIfNeeded: sum.clamped(range))
    }
  }

  private func product<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let rescale = Rescaler(Double(x.scale * y.scale / z.scale))
    let (x, y, zeroPoint) = (x, y, z.zeroPoint)
    return BinaryRun(type, cost: 4) { a, b in
      let product = rescale(x.difference(a) &* y.difference(b)) &+ zeroPoint
      return Element(truncatingIfNeeded: product.clamped(range))
    }
  }

  private func squaredDifference<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let raise = (raising(x, bits: 7), raising(y, bits: 7))
    let left = OperandTable(isSigned: Element.isSigned) { raise.0($0) }
    let right = OperandTable(isSigned: Element.isSigned) { raise.1($0) }
    let factor = Double(common) * Double(common) / Double(0x1p14 * z.scale)
    let rescale = Rescaler(factor)
    let zeroPoint = z.zeroPoint
    return BinaryRun(UInt8.self, cost: 4) { a, b in
      let difference = left[a] &- right[b]
      let square = rescale(difference &* difference) &+ zeroPoint
      return UInt8(truncatingIfNeeded: square.clamped(range))
    }
  }

  private func prelu<Element: FixedWidthInteger>(
    _ type: Element.Type, _ range: ClosedRange<Int32>
  ) -> BinaryRun {
    let positive = Rescaler(Double(x.scale / z.scale))
    let negative = Rescaler(Double(x.scale * y.scale / z.scale))
    let (x, y, zeroPoint) = (x, y, z.zeroPoint)
    return BinaryRun(type, cost: 6) { a, b in
      let value = x.difference(a)
      let level = value >= 0 ? positive(value) : negative(value &* y.difference(b))
      return Element(truncatingIfNeeded: (level &+ zeroPoint).clamped(range))
    }
  }
}
