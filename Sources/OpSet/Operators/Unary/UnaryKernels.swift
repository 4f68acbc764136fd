import KernelTable
import TFLite

extension OpKernel {
  /// Returns a kernel for a function of each element: of float32 by the vector kernels, of
  /// quantized integers as the reference kernels do, of the types in `others` by plain loops.
  /// `cost` in elementary operations an element.
  static func unary(
    _ operation: UnaryOperation, cost: Int = 1, others: [TensorType] = [],
    parameter: OptionKey<Float>? = nil
  ) -> OpKernel {
    OpKernel { preparation in
      let value = parameter.map { preparation.option($0) } ?? 0
      return try preparation.unaryStages(operation, cost: cost, others: others, parameter: value)
    }
  }

  static let gelu = OpKernel { preparation in
    let isApproximate = preparation.option(Gelu.approximate)
    return try preparation.unaryStages(isApproximate ? .geluApproximate : .gelu, cost: 8)
  }

}

extension Preparation {
  fileprivate func unaryStages(
    _ operation: UnaryOperation, cost: Int, others: [TensorType] = [], parameter: Float = 0
  ) throws -> [Stage] {
    let (input, output) = try inputAndOutput()
    let function = kernels.unary
    try requireSameType(output, as: input)
    if input.type == .float32 {
      try setShape(input.shape)
      allowOverwriting(input: 0)
      return flatStages(count: input.count, cost: cost) { start, count in
        function(operation, input.floats + start, output.floats + start, count, parameter)
      }
    }
    if let stages = try quantizedStages(operation, parameter: parameter) { return stages }
    guard others.contains(input.type) else { throw unsupported(input.type) }
    // NEG and SIGN take integers as they are.
    if operation == .abs { try requirePlain([input, output]) }
    switch input.type {
    case .int8: return try integerStages(operation, input, Int8.self)
    case .int16: return try integerStages(operation, input, Int16.self)
    case .int32: return try integerStages(operation, input, Int32.self)
    case .int64: return try integerStages(operation, input, Int64.self)
    case .float64:
      return try map(input, Double.self, to: Double.self) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    default: throw unsupported(input.type)
    }
  }

  private func integerStages<Element: FixedWidthInteger & SignedInteger>(
    _ operation: UnaryOperation, _ input: Value, _ type: Element.Type
  ) throws -> [Stage] {
    switch operation {
    case .abs: try map(input, type, to: type) { $0 < 0 ? 0 &- $0 : $0 }
    case .neg: try map(input, type, to: type) { 0 &- $0 }
    case .sign: try map(input, type, to: type) { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    case .square: try map(input, type, to: type) { $0 &* $0 }
    // Integers are already round.
    case .floor, .ceil, .round: try map(input, type, to: type) { $0 }
    default: throw unsupported(input.type)
    }
  }
}
