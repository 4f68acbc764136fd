import Evaluation
import Interpreter
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// A float model and its integer form.
struct IntegerModel {
  let source: ModelFile
  let result: Optimized
  let samples: [[DenseArray]]
  var file: ModelFile { result.file }

  /// Without samples of its own: a dozen with values from −1 to 1.
  init(
    _ source: ModelFile, _ mode: QuantizeStep.Mode = .int8, samples given: [[DenseArray]]? = nil,
    threads: Int = 1, effort: Int = 1, keepFloat: [String] = [], skip: [String] = [],
    _ change: (inout IntegerOptions) -> Void = { _ in }
  ) throws {
    let samples = try given ?? Self.samples(of: source, 12)
    var quantize = QuantizeStep(mode: mode)
    quantize.integer?.effort = effort
    if quantize.integer != nil { change(&quantize.integer!) }
    self.source = source
    self.samples = samples
    result = try Optimized(
      source, quantize, threads: threads, skip: skip, keepFloat: keepFloat,
      samples: CalibrationSource(count: samples.count) { samples[$0] })
  }

  init(
    _ maker: ModelMaker, _ mode: QuantizeStep.Mode = .int8, samples: [[DenseArray]]? = nil,
    keepFloat: [String] = [], _ change: (inout IntegerOptions) -> Void = { _ in }
  ) throws {
    self = try IntegerModel(
      maker.file(), mode, samples: samples, keepFloat: keepFloat, change)
  }

  static func samples(
    of file: ModelFile, _ count: Int, in range: ClosedRange<Float> = -1...1
  ) throws -> [[DenseArray]] {
    let ports = try Interpreter(file).inputs
    return (0..<count).map { sample in
      ports.enumerated().map { index, port in
        let elements = port.shape.reduce(1, *)
        let seed = UInt64(sample * 64 + index + 1)
        let size = range.upperBound - range.lowerBound
        let values = unitValues(elements, seed: seed).map { range.lowerBound + $0 * size }
        return DenseArray(port.type, shape: port.shape, bytes: [UInt8](of: values))
      }
    }
  }

  /// The reason for which the operator that makes the tensor of this name stayed float.
  func reason(_ output: String) -> Reason? {
    guard let index = source.index(output) else { return nil }
    return result.outcome.plan.operators[TensorID(0, index)]?.reason
  }

  /// Whether the operator that makes the tensor of this name computes with integers.
  func isInteger(_ output: String) -> Bool {
    guard let index = source.index(output) else { return false }
    return result.outcome.plan.operators[TensorID(0, index)]?.form.isInteger == true
  }

  /// Σ (integer − float)² ÷ Σ float², square root, of the worst float output over the samples.
  func error() throws -> Double {
    let (float, integer) = (try Interpreter(source), try Interpreter(file))
    var worst = 0.0
    for sample in samples {
      float.resetState()
      integer.resetState()
      for (a, b) in zip(try float.run(sample), try integer.run(sample))
      where a.type == .float32 {
        let (x, y) = (a.bytes.elements(Float.self), b.bytes.elements(Float.self))
        let difference = zip(x, y).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let size = x.reduce(0.0) { $0 + Double($1 * $1) }
        worst = max(worst, (difference / max(size, 1e-12)).squareRoot())
      }
    }
    return worst
  }
}

extension Tensor {
  /// The one scale and zero point of the tensor.
  var encoding: Affine? {
    guard let scale = quantization?.scale, scale.count == 1,
      let zero = quantization?.zeroPoint, zero.count == 1
    else { return nil }
    return Affine(type: type, scale: scale[0], zeroPoint: Int32(zero[0]))
  }
}

extension ModelFile {
  func entry(_ kind: String, _ number: Int = 0) throws -> Operator {
    let all = operators(try #require(BuiltinOperator(named: kind)))
    return try #require(all.indices.contains(number) ? all[number] : nil, "\(kind) \(number)")
  }

  /// An input of the operator number `number` of a kind.
  func operand(_ kind: String, _ position: Int, of number: Int = 0) throws -> Tensor {
    let inputs = try #require(try entry(kind, number).inputs)
    return model.subgraphs[0].tensors[Int(inputs[position])]
  }

  func made(by kind: String, _ number: Int = 0) throws -> Tensor {
    let outputs = try #require(try entry(kind, number).outputs)
    return model.subgraphs[0].tensors[Int(outputs[0])]
  }

  func count(_ kind: String) -> Int { kinds.count { $0 == kind } }
}

extension ModelMaker {
  /// A layer of `units` with seeded weights and a bias.
  mutating func dense(
    _ x: Int32, _ name: String, depth: Int32, units: Int32, seed: UInt64 = 1, factor: Float = 0.1,
    hasBias: Bool = true
  ) -> Int32 {
    let values = weights(Int(depth * units), seed: seed).map { $0 * factor }
    let filter = constant("\(name)/w", [units, depth], values)
    let bias =
      hasBias
      ? constant("\(name)/b", [units], weights(Int(units), seed: seed + 9).map { $0 * factor })
      : -1
    return operation(
      "FULLY_CONNECTED", [x, filter, bias], name, [1, units], options: OptionTag.fullyConnected)
  }

  /// Constant integers, such as axes.
  mutating func integers(_ name: String, _ values: [Int32]) -> Int32 {
    constant(name, [Int32(values.count)], .int32, bytes: [UInt8](of: values))
  }
}
