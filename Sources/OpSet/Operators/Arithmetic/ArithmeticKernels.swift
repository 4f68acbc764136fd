import KernelTable
import Platform
import TFLite

extension OpKernel {
  /// Float32 by the vector kernels, quantized integers as the reference kernels do, the listed types
  /// by plain integer arithmetic; `isRaw` operators treat quantized values as plain integers.
  static func arithmetic(
    _ operation: BinaryOperation, _ integer: IntegerOperation, _ types: [TensorType],
    activation: OptionKey<Int8>? = nil, powerOfTwoScales: OptionKey<Bool>? = nil,
    isRaw: Bool = false, isStrict: Bool = false
  ) -> OpKernel {
    OpKernel { preparation in
      try preparation.requireEqualTypes()
      let a = try preparation.input(0)
      let code = activation.map { preparation.option($0) } ?? 0
      let fused = activation == nil ? .none : try FusedActivation(code: code)
      if a.type == .float32 {
        let run = BinaryRun.float(operation, fused, preparation.kernels)
        return try preparation.binaryStages(run, isStrict: isStrict)
          + fused.stages(on: preparation.output(), preparation.kernels)
      }
      let hasPowers = powerOfTwoScales.map { preparation.option($0) } ?? false
      if !isRaw,
        let run = try preparation.quantizedRun(
          operation, activation: code, hasPowerOfTwoScales: hasPowers)
      {
        let check =
          integer.isDivision ? try preparation.quantizedDivisorCheck(preparation.input(1)) : []
        return try check + preparation.binaryStages(run, isStrict: isStrict)
      }
      if !isRaw { try preparation.requirePlain(preparation.inputs + preparation.outputs) }
      guard types.contains(a.type), let run = integer.run(a.type) else {
        if a.type == .complex64, let run = ComplexNumber.run(operation) {
          return try preparation.binaryStages(run, isStrict: isStrict)
        }
        throw preparation.unsupported(a.type)
      }
      let check = integer.isDivision ? preparation.divisorCheck(try preparation.input(1)) : []
      return try check + preparation.binaryStages(run, isStrict: isStrict)
        + fused.clampStages(on: preparation.output())
    }
  }

  /// floor(a ÷ b); a divisor of 0 is an error for floats too.
  static let floorDiv = OpKernel { preparation in
    try preparation.requireEqualTypes()
    let b = try preparation.input(1)
    let run: BinaryRun?
    switch b.type {
    // The runtime divides in double precision: 1 ÷ 0.1 is below 10 there.
    case .float32:
      run = BinaryRun(Float.self, cost: 2) { Float((Double($0) / Double($1)).rounded(.down)) }
    case .int8, .int16, .int32: run = IntegerOperation.floorDivide.run(b.type)
    default: run = nil
    }
    guard let run else { throw preparation.unsupported(b.type) }
    return try preparation.divisorCheck(b) + preparation.binaryStages(run)
  }

  /// The remainder with the sign of the divisor.
  static let floorMod = OpKernel { preparation in
    try preparation.requireEqualTypes()
    let b = try preparation.input(1)
    if b.type == .float32 {
      return try preparation.binaryStages(
        BinaryRun(Float.self, cost: 16) { a, b in
          let rest = a.truncatingRemainder(dividingBy: b)
          return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest
        })
    }
    try preparation.requireType(b, .int8, .int16, .int32, .int64, what: "inputs")
    guard let run = IntegerOperation.floorRemainder.run(b.type) else { return [] }
    return try preparation.divisorCheck(b) + preparation.binaryStages(run)
  }

  static let pow = OpKernel { preparation in
    try preparation.requireEqualTypes()
    let exponent = try preparation.input(1)
    try preparation.requireType(exponent, .float32, .int32, what: "inputs")
    guard exponent.type == .int32, let run = IntegerOperation.power.run(.int32) else {
      return try preparation.binaryStages(.power(preparation.kernels))
    }
    let check = Stage.once {
      let elements = exponent.pointer(Int32.self)
      for index in 0..<exponent.count where elements[index] < 0 {
        throw OperatorFault.invalid("an integer cannot have a negative exponent")
      }
    }
    return try [check] + preparation.binaryStages(run)
  }

  static let atan2 = OpKernel { preparation in
    try preparation.requireEqualTypes()
    switch try preparation.input(0).type {
    case .float32:
      return try preparation.binaryStages(
        BinaryRun(Float.self, cost: 20) { MathFunctions.atan2($0, $1) })
    case .float64:
      return try preparation.binaryStages(
        BinaryRun(Double.self, cost: 40) { MathFunctions.atan2($0, $1) })
    case let type: throw preparation.unsupported(type)
    }
  }

  /// The sum of any number of inputs of one shape.
  static let addN = OpKernel { preparation in
    let (first, output) = try preparation.inputAndOutput()
    let others = try preparation.inputs.indices.dropFirst().map { try preparation.input($0) }
    for value in others + [output] {
      try preparation.require(value.type == first.type, "the operands have different types")
    }
    for value in others {
      try preparation.require(
        value.shape == first.shape, "the shapes \(first.shape) and \(value.shape) differ")
    }
    try preparation.requireType(first, .float32, .int32, what: "inputs")
    try preparation.setShape(first.shape)
    preparation.allowOverwriting(input: 0)
    let run =
      first.type == .float32
      ? BinaryRun.float(.add, try FusedActivation(code: 0), preparation.kernels)
      : BinaryRun(Int32.self) { $0 &+ $1 }
    return preparation.flatStages(count: first.count, cost: others.count + 1) { start, count in
      let place = output.base + start &* 4
      if place != first.base + start &* 4 {
        place.copyMemory(from: first.base + start &* 4, byteCount: count &* 4)
      }
      for other in others { run.body(place, 1, other.base + start &* 4, 1, place, count) }
    }
  }
}

extension BinaryRun {
  static func float(
    _ operation: BinaryOperation, _ activation: FusedActivation, _ kernels: KernelTable
  ) -> BinaryRun {
    let binary = kernels.binary
    let (low, high) = (activation.low, activation.high)
    return BinaryRun(size: 4, outputSize: 4) { a, aStep, b, bStep, output, count in
      binary(
        operation, a.assumingMemoryBound(to: Float.self), aStep,
        b.assumingMemoryBound(to: Float.self), bStep,
        output.assumingMemoryBound(to: Float.self), count, low, high)
    }
  }

  /// a ^ b; squares and cubes, which normalizations and GELU raise to, without logarithms.
  static func power(_ kernels: KernelTable) -> BinaryRun {
    let unary = kernels.unary
    let general = BinaryRun(Float.self) { MathFunctions.power($0, $1) }
    return BinaryRun(size: 4, outputSize: 4, cost: 20) { a, aStep, b, bStep, output, count in
      let exponent = b.load(as: Float.self)
      guard bStep == 0, aStep == 1, exponent == 2 || exponent == 3 else {
        return general.body(a, aStep, b, bStep, output, count)
      }
      let bases = a.assumingMemoryBound(to: Float.self)
      let results = output.assumingMemoryBound(to: Float.self)
      guard exponent == 3 else { return unary(.square, bases, results, count, 0) }
      for index in 0..<count { results[index] = bases[index] * bases[index] * bases[index] }
    }
  }
}

/// The memory layout of complex64 in the runtime.
private struct ComplexNumber {
  var real: Float
  var imaginary: Float

  /// The runtime has no other operation on complex numbers than multiplication.
  static func run(_ operation: BinaryOperation) -> BinaryRun? {
    guard operation == .multiply else { return nil }
    return BinaryRun(ComplexNumber.self, cost: 4) { a, b in
      ComplexNumber(
        real: a.real * b.real - a.imaginary * b.imaginary,
        imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
  }
}

extension FusedActivation {
  /// Clamps integers. They have no activation but RELU, RELU6 and RELU_N1_TO_1.
  func clampStages(on output: Value) throws -> [Stage] {
    guard isClamping else { return [] }
    switch output.type {
    case .int16: return clampStages(output, Int16.self)
    case .int32: return clampStages(output, Int32.self)
    case .int64: return clampStages(output, Int64.self)
    case let type:
      throw OperatorFault.unsupported("there is no fused activation for type \(type)")
    }
  }

  private func clampStages<Element: FixedWidthInteger>(
    _ output: Value, _ type: Element.Type
  ) -> [Stage] {
    let low = Element(exactly: low) ?? .min
    let high = Element(exactly: high) ?? .max
    return .once {
      let elements = output.pointer(type)
      for index in 0..<output.count { elements[index] = min(max(elements[index], low), high) }
    }
  }
}
