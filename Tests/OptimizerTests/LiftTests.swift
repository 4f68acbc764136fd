import Evaluation
import Interpreter
import OpSet
import Pipelines
import Platform
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The interpreter on the integer model judges: the floats that the integers stand for give the same
/// results within rounding.
@Suite struct LiftTests {
  // MARK: Whole models

  @Test("The float model is near the integer model", arguments: ["digits_cnn_int8"])
  func near(name: String) throws {
    let source = try Fixtures.open(name)
    let lifted = try Lifted(source, for: .int16x8)
    let types = Set(lifted.file.model.subgraphs[0].operators.flatMap(lifted.types))
    #expect(types == [.float32])
    #expect(lifted.file.operators(.quantize).isEmpty)
    #expect(lifted.file.operators(.dequantize).isEmpty)
    // One step of int8 probabilities is 0.004; what ten layers round adds up to a few.
    #expect(try lifted.greatestDifference(from: source, inputs: Lifted.digits()) < 0.03)
  }

  @Test func `Weights of hybrid operators become what they stand for`() throws {
    let source = try Fixtures.open("digits_cnn_dynamic")
    let lifted = try Lifted(source, for: .int8)
    var decoded = 0
    for (before, after) in zip(
      source.model.subgraphs[0].tensors, lifted.file.model.subgraphs[0].tensors)
    where before.type == .int8 {
      decoded += 1
      let levels = try source.bytes(of: before).elements(Int8.self)
      let floats = try lifted.file.floats(of: after)
      let scales = try #require(before.quantization?.scale)
      let inner = levels.count / scales.count
      for (index, level) in levels.enumerated() {
        #expect(floats[index] == Float(level) * scales[index / inner])
      }
    }
    #expect(decoded == 2)
    #expect(try lifted.greatestDifference(from: source, samples: 8) < 0.02)
  }

  @Test func `A model of the same mode is left alone and says so`() throws {
    let lifted = try Lifted(try Fixtures.open("digits_cnn_int8"), for: .int8)
    #expect(lifted.job.findings[LiftedModel.self] == nil)
    #expect(lifted.file.model == lifted.before)
    #expect(Set(lifted.job.log.reasons.values) == [.isAlreadyInMode(.int8)])
  }

  @Test(
    "First values of variables are integers of the mode", arguments: [IntegerMode.int8, .int16x8])
  func variables(mode: IntegerMode) throws {
    let type = mode.activationType
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4], type)
    let y = maker.operation("RELU", [x], "y", [1, 4])
    let handle = maker.operation("VAR_HANDLE", [], "handle", [])
    let first = maker.constant("first", [1, 4], type, bytes: [UInt8](repeating: 3, count: 8))
    for tensor in [x, y, first] {
      maker.edit(tensor) {
        $0.type = type
        $0.quantization = Quantization(symmetric: [0.5])
      }
    }
    maker.edit(handle) { $0.type = .resource }
    maker.operation("ASSIGN_VARIABLE", [handle, first], "none", [])
    maker.output(y)
    var file = try maker.file()
    file.model.subgraphs[0].operators[2].outputs = []
    let lifted = try Lifted(file, for: mode)
    #expect(lifted.job.findings[LiftedModel.self] == nil)
    #expect(Set(lifted.job.log.reasons.values) == [.isAlreadyInMode(mode)])
  }

  @Test(
    "Every fixture that has integers stays runnable",
    arguments: Fixtures.names, [IntegerMode.int8, .int16x8])
  func runnable(name: String, mode: IntegerMode) throws {
    let lifted = try Lifted(try Fixtures.open(name), for: mode)
    try lifted.file.model.checkRunnable()
  }

  // MARK: Single operators

  @Test func `RELU6 returns where only the end of the integers stood for it`() throws {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 4], .uint8)
    let weight = maker.constant("w", [4, 4], .uint8, bytes: (0..<16).map { UInt8($0 * 16) })
    let bias = maker.constant(
      "b", [4], .int32, bytes: [UInt8](of: [100, -200, 4000, 0] as [Int32]))
    let output = maker.operation(
      "FULLY_CONNECTED", [input, weight, bias], "y", [1, 4], options: OptionTag.fullyConnected)
    maker.output(output)
    maker.quantize(input, .uint8, 0.05, 128)
    maker.quantize(weight, .uint8, 0.02, 120)
    maker.quantize(bias, .int32, 0.05 * 0.02, 0)
    maker.quantize(output, .uint8, 6 / 255, 0)
    let source = try maker.file()
    let lifted = try Lifted(source, for: .int8)
    let entry = try #require(lifted.file.operators(.fullyConnected).first)
    #expect(entry.builtinOptions?[FullyConnected.activation] == 3)
    let floats = try lifted.file.floats(of: try #require(lifted.file.tensor("b")))
    #expect(zip(floats, [0.1, -0.2, 4, 0] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(lifted.job.findings[LiftedModel.self]?.kept[TensorID(0, output)]?.type == .uint8)
    #expect(try lifted.greatestDifference(from: source, samples: 16) < 0.013)
  }

  @Test func `Conversions vanish, also between integers and before outputs`() throws {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 8])
    let first = maker.operation("QUANTIZE", [input], "q1", [1, 8])
    let second = maker.operation("QUANTIZE", [first], "q2", [1, 8])
    let sum = maker.operation("LOGISTIC", [second], "s", [1, 8])
    let third = maker.operation("QUANTIZE", [sum], "q3", [1, 8])
    let output = maker.operation("DEQUANTIZE", [third], "y", [1, 8])
    maker.output(third)
    maker.output(output)
    maker.quantize(first, .int8, 0.01, 3)
    maker.quantize(second, .int8, 0.02, -4)
    maker.quantize(sum, .int8, 1 / 256, -128)
    maker.quantize(third, .int8, 1 / 128, -128)
    let source = try maker.file()
    let lifted = try Lifted(source, for: .int16x8)
    // Both results have the same values and need a tensor each.
    #expect(lifted.file.kinds == ["LOGISTIC", "QUANTIZE", "DEQUANTIZE"])
    #expect(lifted.file.model.subgraphs[0].operators[0].inputs == [input])
    #expect(lifted.file.model.subgraphs[0].operators[0].outputs == [third])
    #expect(try lifted.greatestDifference(from: source, samples: 4) < 0.01)
  }

  @Test func `An operator that reads integers as such keeps them`() throws {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 8], .int8)
    let table = maker.operation("LOGISTIC", [input], "s", [1, 8])
    let cast = maker.operation("CAST", [table], "raw", [1, 8])
    maker.output(cast)
    maker.output(table)
    maker.quantize(input, .int8, 0.05, 0)
    maker.quantize(table, .int8, 1 / 256, -128)
    let source = try maker.file()
    let lifted = try Lifted(source, for: .int16x8)
    #expect(lifted.file.kinds == ["LOGISTIC", "QUANTIZE", "CAST"])
    // Levels differ by one at most.
    #expect(try lifted.greatestDifference(from: source, samples: 4) <= 1)
  }

  @Test func `Weights of four bits are unpacked by channel`() throws {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 3])
    let weight = maker.constant("w", [2, 3], .int4, bytes: [0x7F, 0x38, 0xC1])
    let output = maker.operation(
      "FULLY_CONNECTED", [input, weight], "y", [1, 2], options: OptionTag.fullyConnected)
    maker.output(output)
    maker.quantize(weight, .int4, [0.5, 2], 0)
    let lifted = try Lifted(try maker.file(), for: .int8)
    let floats = try lifted.file.floats(of: try #require(lifted.file.tensor("w")))
    #expect(floats == [-0.5, 3.5, -4, 6, 2, -8])
  }

  // MARK: Through the pipeline

  @Test func `Types of inputs and outputs are kept, samples are for them`() throws {
    var maker = ModelMaker()
    let input = maker.input("x", [1, 8], .uint8)
    let weight = maker.constant(
      "w", [8, 8], .uint8, bytes: (0..<64).map { UInt8($0 * 37 % 251) })
    let output = maker.operation(
      "FULLY_CONNECTED", [input, weight, -1], "y", [1, 8], options: OptionTag.fullyConnected)
    maker.output(output)
    maker.quantize(input, .uint8, 1 / 128, 127)
    maker.quantize(weight, .uint8, 0.01, 125)
    maker.quantize(output, .uint8, 0.05, 130)
    let source = try maker.file()
    let samples = CalibrationSource(count: 12) { index in
      [Lifted.array(.uint8, [1, 8], seed: UInt64(index))]
    }
    for mode in [IntegerMode.int8, .int16x8] {
      var quantize = QuantizeStep(mode: mode == .int8 ? .int8 : .int16x8)
      quantize.integer?.effort = 1
      let outcome = try Pipeline([quantize], options: RunOptions(), samples: samples)
        .run(on: source)
      let result = source.with(outcome.model)
      #expect(outcome.isChanged)
      for name in ["x", "y"] {
        let before = try #require(source.tensor(name))
        let after = try #require(result.tensor(name))
        #expect(after.type == .uint8 && after.quantization?.scale == before.quantization?.scale)
        #expect(after.quantization?.zeroPoint == before.quantization?.zeroPoint)
      }
      let entry = try #require(result.operators(.fullyConnected).first)
      let types = (entry.inputs ?? []).prefix(2).map { result.model[TensorID(0, $0)].type }
      #expect(types == [mode.activationType, .int8])
      #expect(
        outcome.calibration?.warnings.contains { $0.hasPrefix("the model was uint8 already") }
          == true
      )
      let lifted = Lifted(result)
      #expect(try lifted.greatestDifference(from: source, samples: 12) <= 4)
    }
  }

  @Test func `What stays float keeps the integers that it came with`() throws {
    let source = try Fixtures.open("digits_cnn_dynamic")
    let samples = CalibrationSource(count: 12) { index in
      [Lifted.array(.float32, [1, 16, 16, 1], seed: UInt64(index))]
    }
    var quantize = QuantizeStep(mode: .int8)
    quantize.integer?.effort = 0
    let name = try #require(
      source.model.subgraphs[0].tensors.first { $0.type == .int8 }?.label)
    let outcome = try Pipeline(
      [quantize], options: RunOptions(),
      selection: Selection(keepFloat: [Selection.Rule(name)]), samples: samples
    ).run(on: source)
    let result = source.with(outcome.model)
    let before = try #require(source.tensor(name))
    let after = try #require(
      result.model.subgraphs[0].tensors.first { $0.label == name && $0.type == .int8 })
    #expect(try result.bytes(of: after) == source.bytes(of: before))
    #expect(after.quantization == before.quantization)
  }
}

/// A model whose integers were turned back into floats.
struct Lifted {
  /// After constants were folded.
  let before: Model
  let file: ModelFile
  let job: Job

  init(_ source: ModelFile, for mode: IntegerMode) throws {
    var model = source.model
    var job = Job(file: source, options: RunOptions(), selection: Selection())
    try FoldConstants().run(on: &model, in: &job)
    before = model
    try LiftIntegers(for: mode).run(on: &model, in: &job)
    file = source.with(model)
    self.job = job
  }

  /// A model that was made otherwise.
  init(_ file: ModelFile) {
    before = file.model
    self.file = file
    job = Job(file: file, options: RunOptions(), selection: Selection())
  }

  /// Types of the operator's data, indices left out.
  func types(of entry: Operator) -> [TensorType] {
    let tensors = ((entry.inputs ?? []) + (entry.outputs ?? [])).filter { $0 >= 0 }
    return tensors.map { file.model[TensorID(0, $0)] }
      .filter { $0.type != .int32 || $0.quantization?.isQuantized == true }.map(\.type)
  }

  /// The greatest difference of real outputs on random inputs that are the same reals for both;
  /// integers without a scale, or of the same type in both models, count in levels.
  func greatestDifference(from source: ModelFile, samples: Int) throws -> Float {
    let ports = try Interpreter(source, options: Interpreter.Options()).inputs
    let inputs = (0..<samples).map { sample in
      ports.enumerated().map { index, port in
        Self.array(port.type, port.shape, seed: UInt64(sample * 8 + index + 1))
      }
    }
    return try greatestDifference(from: source, inputs: inputs)
  }

  func greatestDifference(from source: ModelFile, inputs: [[DenseArray]]) throws -> Float {
    let first = try Interpreter(source, options: Interpreter.Options())
    let second = try Interpreter(file, options: Interpreter.Options())
    var greatest: Float = 0
    for inputs in inputs {
      let others = zip(first.inputs, zip(second.inputs, inputs)).map { port, other in
        guard other.0.type == .float32, port.type != .float32,
          let encoding = Affine(source.model[TensorID(0, port.tensor)])
        else { return other.1 }
        return encoding.reals(of: other.1)
      }
      let (before, after) = (try first.run(inputs), try second.run(others))
      for index in before.indices {
        let a = try Self.reals(before[index], source, first.outputs[index], second.outputs[index])
        let b = try Self.reals(after[index], file, second.outputs[index], first.outputs[index])
        try #require(a.count == b.count)
        for (x, y) in zip(a, b) { greatest = max(greatest, abs(x - y)) }
      }
    }
    return greatest
  }

  private static func reals(
    _ array: DenseArray, _ file: ModelFile, _ port: Port, _ other: Port
  ) throws -> [Float] {
    if array.type == .float32 { return array.bytes.elements(Float.self) }
    let isSame = port.type == other.type
    let encoding = isSame ? nil : Affine(file.model[TensorID(0, port.tensor)])
    let plain = Affine(type: array.type, scale: 1, zeroPoint: 0)
    return (encoding ?? plain).reals(of: array).bytes.elements(Float.self)
  }

  /// Samples of the digits; their data ends the files.
  static func digits() throws -> [[DenseArray]] {
    let folder = Fixtures.samples + "/digits"
    return try FileSystem.names(in: folder).filter { $0.hasSuffix(".npy") }.map { name in
      let file = try MappedFile(path: "\(folder)/\(name)")
      return [DenseArray(.float32, shape: [1, 16, 16, 1], bytes: Array(file.bytes.suffix(1024)))]
    }
  }

  /// Floats from −1 to 1, integers of the whole range.
  static func array(_ type: TensorType, _ shape: [Int], seed: UInt64) -> DenseArray {
    let count = shape.reduce(1, *)
    let units = weights(count, seed: seed &+ 99).map { ($0 / 6).truncatingRemainder(dividingBy: 1) }
    guard type != .float32 else {
      return DenseArray(.float32, shape: shape, bytes: [UInt8](of: units))
    }
    return DenseArray(
      type, shape: shape, bytes: units.map { UInt8(truncatingIfNeeded: Int($0 * 127)) })
  }
}

extension ModelMaker {
  mutating func quantize(
    _ tensor: Int32, _ type: TensorType, _ scale: Float, _ zeroPoint: Int64
  ) {
    quantize(tensor, type, [scale], zeroPoint)
  }

  mutating func quantize(
    _ tensor: Int32, _ type: TensorType, _ scales: [Float], _ zeroPoint: Int64
  ) {
    edit(tensor) {
      $0.type = type
      $0.quantization = Quantization()
      $0.quantization?.scale = scales
      $0.quantization?.zeroPoint = [Int64](repeating: zeroPoint, count: scales.count)
    }
  }
}
