import TFLite

/// Operators that return shapes.
extension OpKernel {
  static let shape = OpKernel { preparation in
    let input = try preparation.input(0)
    preparation.dependsOnShapesAlone()
    try preparation.setShape([input.rank])
    return try preparation.integerStages(input.shape)
  }

  static let rank = OpKernel { preparation in
    let input = try preparation.input(0)
    preparation.dependsOnShapesAlone()
    try preparation.setShape([])
    return try preparation.integerStages([input.rank])
  }

  /// The shape that two shapes broadcast to.
  static let broadcastArgs = OpKernel { preparation in
    let (first, second) = (try preparation.input(0), try preparation.input(1))
    let output = try preparation.output()
    for value in [first, second] {
      try preparation.requireType(value, .int32, .int64, what: "a shape")
      try preparation.require(value.rank == 1, "a shape has \(value.rank) dimensions, expected 1")
    }
    try preparation.require(
      first.type == second.type && first.type == output.type, "the shapes have different types")
    let rank = max(first.count, second.count)
    try preparation.setShape([rank])
    return .once {
      for position in 0..<rank {
        let a = first.integer(position &- rank &+ first.count) ?? 1
        let b = second.integer(position &- rank &+ second.count) ?? 1
        guard a == b || a == 1 || b == 1 else {
          throw OperatorFault.invalid("dimensions \(a) and \(b) cannot be broadcast")
        }
        output.setInteger(position, a == 1 ? b : a)
      }
    }
  }
}

extension Preparation {
  /// Writes integers to the output.
  fileprivate func integerStages(_ integers: [Int]) throws -> [Stage] {
    let output = try output()
    try requireType(output, .int32, .int64, what: "a shape")
    return .once {
      for position in 0..<output.count { output.setInteger(position, integers[position]) }
    }
  }
}
