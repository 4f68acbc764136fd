import Interpreter
import OpSet
import TFLite

/// The integer model that will be written. It computes the student's values while gradients move the
/// floats behind its integers, so that what is trained is what the file computes, bit by bit.
package struct IntegerTwin: Sendable {
  package typealias Floats = UnsafePointer<Float>

  /// An integer weight that follows one of the student's.
  package struct Weight: Sendable {
    /// The student's tensor.
    let variable: TensorID
    /// The twin's tensor, of int8 whatever the file has: a kernel reads packed integers only where they are
    /// constant.
    let id: TensorID
    let bias: Bias?
    /// Returns the scales that the file will have for the trained ones; for none, where they stay.
    let stored: @Sendable (_ trained: [Float]) -> [Float]
    /// Writes the integers of the student's values, at its scales.
    let integers:
      @Sendable (_ values: Floats, _ scales: [Float], _ levels: UnsafeMutablePointer<Int8>) -> Void

    package init(
      variable: TensorID, id: TensorID, bias: Bias?,
      stored: @escaping @Sendable (_ trained: [Float]) -> [Float],
      integers:
        @escaping @Sendable (
          _ values: Floats, _ scales: [Float], _ levels: UnsafeMutablePointer<Int8>
        ) -> Void
    ) {
      (self.variable, self.id, self.bias) = (variable, id, bias)
      (self.stored, self.integers) = (stored, integers)
    }
  }

  /// The bias beside a weight: its scale follows the weight's.
  package struct Bias: Sendable {
    /// The student's tensor.
    let variable: TensorID
    /// The twin's tensor.
    let id: TensorID
    /// Returns the stored bytes of the student's values beside weights of these scales.
    let bytes: @Sendable (_ values: [Float], _ scales: [Float]) -> [UInt8]

    package init(
      variable: TensorID, id: TensorID,
      bytes: @escaping @Sendable (_ values: [Float], _ scales: [Float]) -> [UInt8]
    ) {
      (self.variable, self.id, self.bytes) = (variable, id, bytes)
    }
  }

  let file: ModelFile
  let weights: [Weight]
  /// The twin's tensor that holds each of the student's values.
  let values: [TensorID: TensorID]

  package init(file: ModelFile, weights: [Weight], values: [TensorID: TensorID]) {
    (self.file, self.weights, self.values) = (file, weights, values)
  }

  /// The constants that change between runs.
  var variables: Set<TensorID> { Set(weights.flatMap { [$0.id, $0.bias?.id].compactMap(\.self) }) }
}

/// A twin on one thread, beside a student.
final class TwinRun {
  let interpreter: Interpreter
  private let twin: IntegerTwin
  private let student: Interpreter
  /// The student's values, and what holds them here.
  private let pairs: [(student: Value, own: Value)]

  /// Nil for a student that does not compute each value once: with loops, states or shapes that the run
  /// decides.
  init?(_ twin: IntegerTwin, beside student: Interpreter, _ options: Interpreter.Options) throws {
    guard student.isResumable else { return nil }
    var own = options
    own.variables = twin.variables
    interpreter = try Interpreter(twin.file, options: own)
    self.twin = twin
    self.student = student
    let results = student.mainNodes.flatMap { $0.outputs.compactMap(\.self) }
    let all = student.inputs.indices.map(student.inputValue) + results
    pairs = all.compactMap { [interpreter] value in
      twin.values[value.id].flatMap(interpreter.value).map { (value, $0) }
    }
    guard pairs.count == all.count, pairs.allSatisfy({ Self.canFill($0, $1) }) else { return nil }
  }

  private static func canFill(_ value: Value, _ own: Value) -> Bool {
    guard value.count == own.count else { return false }
    if value.type == own.type { return true }
    return value.type == .float32 && own.tensor.quantization?.scale?.count == 1
      && [TensorType.int8, .int16].contains(own.type)
  }

  /// Takes the integers of the student's values at these scales, by the student's tensor.
  func take(_ scales: [TensorID: [Float]]) {
    for weight in twin.weights {
      guard let source = student.value(of: weight.variable),
        let target = interpreter.value(of: weight.id)
      else { continue }
      let trained = scales[weight.variable] ?? []
      weight.integers(source.floats, trained, target.pointer(Int8.self))
      let stored = weight.stored(trained)
      if !trained.isEmpty { target.setScales(stored) }
      guard let bias = weight.bias, let own = interpreter.value(of: bias.id),
        let values = student.value(of: bias.variable)
      else { continue }
      bias.bytes(Array(UnsafeBufferPointer(start: values.floats, count: values.count)), stored)
        .withUnsafeBytes { bytes in
          guard let start = bytes.baseAddress, bytes.count == own.byteCount else { return }
          own.base.copyMemory(from: start, byteCount: bytes.count)
        }
    }
  }

  /// Runs a sample and gives the student its values.
  func run(_ sample: [DenseArray]) throws {
    try interpreter.set(sample)
    try interpreter.run()
    for (value, own) in pairs where !value.isKnown {
      try own.materialize?()
      fill(value, own)
    }
  }

  private func fill(_ value: Value, _ own: Value) {
    guard value.type != own.type else {
      return value.base.copyMemory(from: own.base, byteCount: value.byteCount)
    }
    let encoding = own.tensor.quantization
    let (scale, zero) = (encoding?.scale?.first ?? 1, Int32(encoding?.zeroPoint?.first ?? 0))
    if own.type == .int8 {
      fill(value.floats, own.pointer(Int8.self), value.count, scale, zero)
    } else {
      fill(value.floats, own.pointer(Int16.self), value.count, scale, zero)
    }
  }

  private func fill<Level: FixedWidthInteger>(
    _ floats: UnsafeMutablePointer<Float>, _ levels: UnsafePointer<Level>, _ count: Int,
    _ scale: Float, _ zero: Int32
  ) {
    for index in 0..<count {
      floats[index] = Float(Int32(truncatingIfNeeded: levels[index]) &- zero) * scale
    }
  }
}
