import TFLite

extension OpKernel {
  /// Operators on bools.
  static func logical(_ function: @escaping @Sendable (UInt8, UInt8) -> UInt8) -> OpKernel {
    OpKernel { preparation in
      try preparation.requireEqualTypes()
      try preparation.requireType(try preparation.input(0), .bool, what: "inputs")
      return try preparation.binaryStages(BinaryRun(UInt8.self, function))
    }
  }

  static let logicalAnd = logical { $0 & $1 }

  static let logicalOr = logical { $0 | $1 }

  static let logicalNot = OpKernel { preparation in
    let input = try preparation.input(0)
    try preparation.requireType(input, .bool, what: "inputs")
    return try preparation.map(input, UInt8.self, to: UInt8.self) { $0 == 0 ? 1 : 0 }
  }

  /// Integers of the listed types, bit by bit.
  static func bits(
    _ operation: IntegerOperation, _ types: [TensorType], isStrict: Bool = false
  ) -> OpKernel {
    OpKernel { preparation in
      try preparation.requireEqualTypes()
      let type = try preparation.input(0).type
      // Bools have one bit.
      let stored: TensorType = type == .bool ? .uint8 : type
      guard types.contains(type), let run = operation.run(stored) else {
        throw preparation.unsupported(type)
      }
      return try preparation.binaryStages(run, isStrict: isStrict)
    }
  }
}
