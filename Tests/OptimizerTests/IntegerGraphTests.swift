import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What a model's inputs, outputs and float islands look like: ends keep float32 unless asked for
/// integers, and QUANTIZE and DEQUANTIZE stand only where an operator reads another form.
@Suite struct IntegerGraphTests {
  private func dense() -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    maker.output(maker.dense(x, "y", depth: 8, units: 4))
    return maker
  }

  @Test func `Inputs and outputs stay float behind QUANTIZE and DEQUANTIZE`() throws {
    let file = try IntegerModel(dense()).file
    #expect(file.kinds == ["QUANTIZE", "FULLY_CONNECTED", "DEQUANTIZE"])
    #expect(file.tensor("x")?.type == .float32 && file.tensor("y")?.type == .float32)
    #expect(file.model.subgraphs[0].inputs == file.index("x").map { [$0] })
    #expect(file.model.subgraphs[0].outputs == file.index("y").map { [$0] })
    #expect(file.version("QUANTIZE") == [1] && file.version("DEQUANTIZE") == [2])
  }

  @Test func `Int8 inputs and outputs need no conversion`() throws {
    let float = try IntegerModel(dense()).file
    let file = try IntegerModel(dense()) { $0.io = IOTypes(standard: .int8) }.file
    #expect(file.kinds == ["FULLY_CONNECTED"])
    #expect(file.tensor("x")?.encoding == (try float.operand("FULLY_CONNECTED", 0).encoding))
    #expect(file.tensor("y")?.encoding == (try float.made(by: "FULLY_CONNECTED").encoding))
  }

  @Test func `Uint8 is int8 moved by 128`() throws {
    let file = try IntegerModel(dense()) { $0.io = IOTypes(standard: .uint8) }.file
    #expect(file.kinds == ["QUANTIZE", "FULLY_CONNECTED", "QUANTIZE"])
    for (outer, inner) in [
      (file.tensor("x"), try file.operand("FULLY_CONNECTED", 0)),
      (file.tensor("y"), try file.made(by: "FULLY_CONNECTED")),
    ] {
      let (a, b) = (try #require(outer?.encoding), try #require(inner.encoding))
      #expect(a.type == .uint8 && b.type == .int8)
      #expect(a.scale == b.scale && a.zeroPoint == b.zeroPoint + 128)
    }
  }

  @Test func `Int16 is the type of int16x8`() throws {
    let file = try IntegerModel(dense(), .int16x8) { $0.io = IOTypes(standard: .int16) }.file
    #expect(file.kinds == ["FULLY_CONNECTED"])
    #expect(file.tensor("x")?.type == .int16 && file.tensor("y")?.type == .int16)
  }

  @Test func `A name has a type of its own`() throws {
    let file = try IntegerModel(dense()) {
      $0.io = IOTypes(standard: .int8, named: ["x": .float32])
    }.file
    #expect(file.tensor("x")?.type == .float32 && file.tensor("y")?.type == .int8)
    #expect(file.kinds == ["QUANTIZE", "FULLY_CONNECTED"])
    let other = try IntegerModel(dense()) { $0.io = IOTypes(named: ["y": .int8]) }.file
    #expect(other.tensor("x")?.type == .float32 && other.tensor("y")?.type == .int8)
  }

  @Test func `A tensor is converted once, however many operators read it`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let y = maker.dense(x, "y", depth: 8, units: 8)
    let divisor = maker.constant("divisor", [1, 8], [1, 2, 3, 4, 5, 6, 7, 8])
    let tag = DivOptions.activation.tag
    let one = maker.operation("DIV", [y, divisor], "one", [1, 8], options: tag)
    let two = maker.operation("DIV", [divisor, y], "two", [1, 8], options: tag)
    _ = two
    for (index, tensor) in [one, one, y].enumerated() {
      maker.output(
        maker.dense(tensor, "out\(index)", depth: 8, units: 4, seed: UInt64(index) + 7))
    }
    maker.output(one)
    maker.output(two)
    let model = try IntegerModel(maker)
    let file = model.file
    // The input, the quotient; the layer's result, three outputs of layers.
    #expect(file.count("QUANTIZE") == 2)
    #expect(file.count("DEQUANTIZE") == 4)
    let targets = file.operators(.dequantize).compactMap { $0.inputs?[0] }
    #expect(Set(targets).count == targets.count)
  }

  @Test func `Operators that stay float are all named with --strict`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let y = maker.dense(x, "y", depth: 8, units: 8)
    let sine = maker.operation("SIN", [y], "sine", [1, 8])
    let floor = maker.operation("FLOOR", [sine], "floor", [1, 8])
    maker.output(maker.dense(floor, "z", depth: 8, units: 4, seed: 2))
    do {
      _ = try IntegerModel(maker) { $0.isStrict = true }
      Issue.record("no error")
    } catch let OptimizerFault.floatOperators(found) {
      let kinds = try ["SIN", "FLOOR"].map { try #require(BuiltinOperator(named: $0)) }
      #expect(found.map(\.name) == ["SIN", "FLOOR"] && found.map(\.index) == [1, 2])
      #expect(found.map(\.reason) == kinds.map { .hasNoKernel($0, .int8) })
    }
    #expect(try IntegerModel(dense()) { $0.isStrict = true }.isInteger("y"))
  }

  @Test("What --keep-float names stays float", arguments: ["y/w", "y", "op:FULLY_CONNECTED"])
  func keptFloat(rule: String) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let y = maker.dense(x, "y", depth: 8, units: 8)
    maker.output(maker.operation("RELU", [y], "z", [1, 8]))
    let model = try IntegerModel(maker, keepFloat: [rule])
    #expect(model.reason("y") == .keptFloat(rule: rule))
    #expect(model.result.reason("y/w") == .keptFloat(rule: rule))
  }

  @Test func `An operator alone between float operators stays float`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8])
    let sine = maker.operation("SIN", [x], "sine", [1, 8])
    let relu = maker.operation("RELU", [sine], "relu", [1, 8])
    maker.output(maker.operation("COS", [relu], "cosine", [1, 8]))
    maker.output(maker.dense(x, "y", depth: 8, units: 4))
    let model = try IntegerModel(maker)
    #expect(model.reason("relu") == .standsAlone)
    #expect(model.file.count("QUANTIZE") == 1 && model.file.count("DEQUANTIZE") == 1)
  }

  @Test(
    "Neither the order of the samples nor threads change a byte",
    arguments: ["digits_cnn", "keyword_1d"])
  func sameBytes(name: String) throws {
    let file = try Fixtures.open(name)
    let samples = try IntegerModel.samples(of: file, 9)
    func bytes(_ samples: [[DenseArray]], _ threads: Int) throws -> [UInt8] {
      let model = try IntegerModel(file, samples: samples, threads: threads, effort: 2)
      // The bytes are the map's, which the model keeps.
      return withExtendedLifetime(model) { Array(model.file.bytes) }
    }
    let expected = try bytes(samples, 1)
    #expect(try bytes(samples.reversed(), 2) == expected)
    #expect(try bytes(Array(samples[5...] + samples[..<5]), 1) == expected)
  }

  @Test(
    "Integers come near the float model", arguments: ["digits_cnn", "keyword_1d", "bmm"])
  func near(name: String) throws {
    let file = try Fixtures.open(name)
    #expect(try IntegerModel(file).error() < 0.1)
    #expect(try IntegerModel(file, .int16x8).error() < 0.05)
  }
}
