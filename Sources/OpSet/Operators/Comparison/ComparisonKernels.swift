import TFLite

/// The comparison of two elements.
enum Comparison {
  case equal, notEqual, less, lessEqual, greater, greaterEqual

  /// Bools are 0 or 1. NaN is equal to nothing.
  func run<Element: Comparable>(_ type: Element.Type) -> BinaryRun {
    switch self {
    case .equal: BinaryRun(type) { $0 == $1 ? UInt8(1) : 0 }
    case .notEqual: BinaryRun(type) { $0 != $1 ? UInt8(1) : 0 }
    case .less: BinaryRun(type) { $0 < $1 ? UInt8(1) : 0 }
    case .lessEqual: BinaryRun(type) { $0 <= $1 ? UInt8(1) : 0 }
    case .greater: BinaryRun(type) { $0 > $1 ? UInt8(1) : 0 }
    case .greaterEqual: BinaryRun(type) { $0 >= $1 ? UInt8(1) : 0 }
    }
  }

  /// Whether int16 operands are brought to one scale before they are compared.
  var rescalesInt16: Bool { self == .equal || self == .notEqual }

  fileprivate func run(_ type: TensorType) -> BinaryRun? {
    switch type {
    case .float32: run(Float.self)
    case .int64: run(Int64.self)
    case .int32: run(Int32.self)
    case .int16: run(Int16.self)
    case .int8: run(Int8.self)
    case .uint8, .bool: run(UInt8.self)
    default: nil
    }
  }
}

extension OpKernel {
  static func comparison(_ comparison: Comparison) -> OpKernel {
    OpKernel { preparation in
      try preparation.requireEqualTypes(output: .bool)
      let a = try preparation.input(0)
      let b = try preparation.input(1)
      if a.type == .string {
        return try preparation.stringStages(isEqual: comparison == .equal)
      }
      let quantized = try comparison.quantizedRun(a, b)
      guard let run = quantized ?? comparison.run(a.type) else {
        throw preparation.unsupported(a.type)
      }
      return try preparation.binaryStages(run)
    }
  }

}

extension Preparation {
  /// Returns the stages of EQUAL and NOT_EQUAL for strings.
  fileprivate func stringStages(isEqual: Bool) throws -> [Stage] {
    let a = try input(0)
    let b = try input(1)
    let output = try output()
    let plan = try BroadcastPlan([a.shape, b.shape])
    try setShape(plan.shape)
    let steps = plan.steps
    return plan.stages(cost: 100) { offsets, count in
      for index in 0..<count {
        let first = a.string(offsets[0] &+ index &* steps[0])
        let second = b.string(offsets[1] &+ index &* steps[1])
        var isSame = first.count == second.count
        for position in 0..<first.count where isSame {
          isSame = first[position] == second[position]
        }
        output.pointer(UInt8.self)[offsets[3] &+ index] = isSame == isEqual ? 1 : 0
      }
    }
  }
}

extension Value {
  /// Returns element `index` of a string tensor, which has a count, offsets and the end as int32,
  /// then the characters.
  fileprivate func string(_ index: Int) -> UnsafeRawBufferPointer {
    let start = Int(base.loadUnaligned(fromByteOffset: 4 &+ index &* 4, as: Int32.self))
    let end = Int(base.loadUnaligned(fromByteOffset: 8 &+ index &* 4, as: Int32.self))
    guard start >= 0, start <= end, end <= byteCount else { return .init(start: nil, count: 0) }
    return UnsafeRawBufferPointer(start: base + start, count: end &- start)
  }
}
