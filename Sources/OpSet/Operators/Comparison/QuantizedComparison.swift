import TFLite

extension Comparison {
  /// Returns the comparison of operands with different scales. As in the reference kernel, both are
  /// brought to one scale with few fractional bits: values that differ by less are equal. Nil where
  /// the values are compared raw.
  func quantizedRun(_ a: Value, _ b: Value) throws -> BinaryRun? {
    guard a.tensor.quantization?.isQuantized == true else { return nil }
    switch a.type {
    case .int8, .uint8: return try bytes(raising(a), raising(b), isSigned: a.type == .int8)
    case .int16 where rescalesInt16: return try words(raising(a), raising(b))
    default: return nil
    }
  }

  private func raising(_ value: Value) throws -> (Int32) -> Int32 {
    let scale = try Affine(value)
    let rescale = Rescaler(Double(scale.scale))
    return { rescale(scale.difference($0) &<< 8) }
  }

  private func bytes(
    _ first: (Int32) -> Int32, _ second: (Int32) -> Int32, isSigned: Bool
  ) -> BinaryRun {
    let left = OperandTable(isSigned: isSigned, first)
    let right = OperandTable(isSigned: isSigned, second)
    return switch self {
    case .equal: BinaryRun(UInt8.self) { left[$0] == right[$1] ? UInt8(1) : 0 }
    case .notEqual: BinaryRun(UInt8.self) { left[$0] != right[$1] ? UInt8(1) : 0 }
    case .less: BinaryRun(UInt8.self) { left[$0] < right[$1] ? UInt8(1) : 0 }
    case .lessEqual: BinaryRun(UInt8.self) { left[$0] <= right[$1] ? UInt8(1) : 0 }
    case .greater: BinaryRun(UInt8.self) { left[$0] > right[$1] ? UInt8(1) : 0 }
    case .greaterEqual: BinaryRun(UInt8.self) { left[$0] >= right[$1] ? UInt8(1) : 0 }
    }
  }

  private func words(
    _ first: @escaping (Int32) -> Int32, _ second: @escaping (Int32) -> Int32
  ) -> BinaryRun {
    let equal: UInt8 = self == .equal ? 1 : 0
    return BinaryRun(Int16.self, cost: 8) {
      first(Int32($0)) == second(Int32($1)) ? equal : 1 - equal
    }
  }
}
