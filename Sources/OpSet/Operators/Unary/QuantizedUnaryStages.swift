import KernelTable
import TFLite

extension Preparation {
  /// Stages of a function of one quantized tensor; nil where the runtime has no such kernel, or the
  /// tensor is not quantized.
  func quantizedStages(_ operation: UnaryOperation, parameter: Float = 0) throws -> [Stage]? {
    let (input, output) = try inputAndOutput()
    guard input.tensor.quantization?.isQuantized == true,
      [.int8, .uint8, .int16].contains(input.type), operation != .neg, operation != .sign
    else { return nil }
    let function = QuantizedFunction(
      x: try Affine(input), y: try Affine(output), type: input.type,
      parameter: parameter, reference: reference)
    try function.requireFixedScale(operation)
    if input.type == .int16 {
      guard let words = try function.words(operation) else { return nil }
      return try words(self)
    }
    guard let levels = try function.levels(operation) else { return nil }
    let table = ByteTable(isSigned: input.type == .int8, levels)
    try setShape(input.shape)
    allowOverwriting(input: 0)
    let check = operation == .sqrt || operation == .rsqrt ? signCheck(input, function.x) : []
    return check
      + flatStages(count: input.count) { start, count in
        table.apply(input.pointer(UInt8.self) + start, output.pointer(UInt8.self) + start, count)
      }
  }

  /// Returns a stage that throws where a value is below the zero point.
  fileprivate func signCheck(_ input: Value, _ scale: Affine) -> [Stage] {
    func stage<Element: FixedWidthInteger>(_ type: Element.Type) -> Stage {
      .once {
        let elements = input.pointer(type)
        for index in 0..<input.count where scale.difference(elements[index]) < 0 {
          throw OperatorFault.invalid("a value below 0 has no root")
        }
      }
    }
    return [input.type == .int16 ? stage(Int16.self) : stage(Int8.self)]
  }
}

extension QuantizedFunction {
  typealias WordStages = (Preparation) throws -> [Stage]

  /// Returns the stages for int16; nil where there is no kernel.
  fileprivate func words(_ operation: UnaryOperation) throws -> WordStages? {
    switch operation {
    case .logistic, .tanh:
      let scale = SigmoidScale(x, shifts: operation == .tanh ? 1 : 0)
      let table = SigmoidTable.shared
      return operation == .tanh
        ? map(cost: 6) { table.tanh(scale($0)) } : map(cost: 6) { table.logistic(scale($0)) }
    case .exp, .log, .gelu, .geluApproximate, .rsqrt:
      guard let function = realFunction(operation) else { return nil }
      let table = InterpolationTable(
        inputScale: x.scale, inputZeroPoint: Int(x.zeroPoint), outputScale: y.scale, function)
      return map(cost: 4, isChecked: operation == .rsqrt) { table($0) }
    default:
      guard let levels = try levels(operation) else { return nil }
      return map(cost: 8, isChecked: operation == .sqrt) {
        Int16(truncatingIfNeeded: levels(Int32($0)))
      }
    }
  }

  @inline(__always)
  private func map(
    cost: Int, isChecked: Bool = false, _ function: @escaping (Int16) -> Int16
  ) -> WordStages {
    return { [x] preparation in
      let input = try preparation.input(0)
      let check = isChecked ? preparation.signCheck(input, x) : []
      return try check
        + preparation.map(input, Int16.self, to: Int16.self, cost: cost, function)
    }
  }

  /// Throws unless the result has the one scale that LOGISTIC and the int16 TANH allow.
  fileprivate func requireFixedScale(_ operation: UnaryOperation) throws {
    let isRight: Bool
    switch operation {
    case .logistic where type != .int16: isRight = y.scale == 1 / 256
    case .logistic, .tanh:
      isRight = type != .int16 || y.powerOfTwo == -15 && y.zeroPoint == 0 && x.zeroPoint == 0
    default: isRight = true
    }
    guard isRight else { throw OperatorFault.invalid("the output cannot have scale \(y.scale)") }
  }
}

/// A function of 8-bit values, by their bits.
final class ByteTable: @unchecked Sendable {
  private let base: UnsafeMutablePointer<UInt8>

  init(isSigned: Bool, _ function: (Int32) -> Int32) {
    base = .allocate(capacity: 256)
    for bits in UInt8.min...UInt8.max {
      let level = function(isSigned ? Int32(Int8(bitPattern: bits)) : Int32(bits))
      base[Int(bits)] = UInt8(truncatingIfNeeded: level)
    }
  }

  deinit { base.deallocate() }

  func apply(
    _ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    let base = base
    for index in 0..<count { output[index] = base[Int(input[index])] }
  }
}
