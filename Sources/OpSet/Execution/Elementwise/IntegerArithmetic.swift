import TFLite

/// Binary operators on raw integers: scales are ignored. Sums and products wrap.
enum IntegerOperation {
  case add, subtract, multiply, divide, squaredDifference, maximum, minimum
  /// Rounded down; the remainder has the sign of the divisor.
  case floorDivide, floorRemainder
  /// A power by squaring, with wrapping; exponents are not negative.
  case power
  case and, exclusiveOr
  /// A shift by a number of bits that is limited to the type's width; a negative number counts as
  /// 0.
  case shiftRight
  /// A shift by a number of bits; zero where that is more than the type's width.
  case shiftLeft

  var isDivision: Bool { self == .divide || self == .floorDivide || self == .floorRemainder }

  /// Returns nil for a type that is not an integer.
  func run(_ type: TensorType) -> BinaryRun? {
    switch type {
    case .int8: run(Int8.self)
    case .int16: run(Int16.self)
    case .int32: run(Int32.self)
    case .int64: run(Int64.self)
    case .uint8: run(UInt8.self)
    case .uint16: run(UInt16.self)
    case .uint32: run(UInt32.self)
    case .uint64: run(UInt64.self)
    default: nil
    }
  }

  private func run<Element: FixedWidthInteger>(_ type: Element.Type) -> BinaryRun {
    switch self {
    case .add: BinaryRun(type) { $0 &+ $1 }
    case .subtract: BinaryRun(type) { $0 &- $1 }
    case .multiply: BinaryRun(type) { $0 &* $1 }
    case .divide: BinaryRun(type, cost: 4) { divided($0, $1) }
    case .squaredDifference: BinaryRun(type) { ($0 &- $1) &* ($0 &- $1) }
    case .maximum: BinaryRun(type) { $0 > $1 ? $0 : $1 }
    case .minimum: BinaryRun(type) { $0 < $1 ? $0 : $1 }
    case .floorDivide: BinaryRun(type, cost: 4) { floorDivided($0, $1) }
    case .floorRemainder: BinaryRun(type, cost: 4) { floorModulo($0, $1) }
    case .power: BinaryRun(type, cost: 16) { raised($0, $1) }
    case .and: BinaryRun(type) { $0 & $1 }
    case .exclusiveOr: BinaryRun(type) { $0 ^ $1 }
    case .shiftRight:
      BinaryRun(type) { $0 &>> ($1 < 0 ? 0 : min($1, Element(Element.bitWidth - 1))) }
    case .shiftLeft: BinaryRun(type) { $0 << $1 }
    }
  }
}

/// Divisors are checked before; the one overflow wraps.
@inline(__always)
private func divided<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
  b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
}

@inline(__always)
private func remainder<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
  b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
}

@inline(__always)
private func floorDivided<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
  let truncated = divided(a, b)
  return (a < 0) != (b < 0) && truncated &* b != a ? truncated &- 1 : truncated
}

@inline(__always)
private func floorModulo<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
  let rest = remainder(a, b)
  return rest != 0 && (b < 0) != (rest < 0) ? rest &+ b : rest
}

@inline(__always)
private func raised<Element: FixedWidthInteger>(_ a: Element, _ b: Element) -> Element {
  var result: Element = 1
  var base = a
  var exponent = b
  while exponent > 0 {
    if exponent & 1 == 1 { result = result &* base }
    base = base &* base
    exponent = exponent &>> 1
  }
  return result
}

extension Preparation {
  /// Returns a stage that throws where an integer input holds zero.
  func divisorCheck(_ divisor: Value) -> [Stage] {
    switch divisor.type {
    case .int8, .uint8: return [.once { try requireNonZero(divisor, Int8.self) }]
    case .int16, .uint16: return [.once { try requireNonZero(divisor, Int16.self) }]
    case .int32, .uint32: return [.once { try requireNonZero(divisor, Int32.self) }]
    case .int64, .uint64: return [.once { try requireNonZero(divisor, Int64.self) }]
    case .float32: return [.once { try requireNonZero(divisor, Float.self) }]
    default: return []
    }
  }
}

private func requireNonZero<Element: Numeric>(_ value: Value, _ type: Element.Type) throws {
  let elements = value.pointer(type)
  for index in 0..<value.count where elements[index] == 0 {
    throw OperatorFault.invalid("division by 0")
  }
}
