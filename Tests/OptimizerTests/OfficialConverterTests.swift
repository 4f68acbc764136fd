import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The official converter (TensorFlow 2.21) judges: `Tools/make_fixtures_trained.py` let it write one
/// trained model as float32, float16 and dynamic range, and ours are made of the float32 file.
@Suite struct OfficialConverterTests {
  /// Operators without the decoders of constants, in order.
  private func operators(_ file: ModelFile) -> [Operator] {
    file.model.subgraphs[0].operators.filter { file.model.kind(of: $0) != .dequantize }
  }

  /// The constant that an operand is, behind DEQUANTIZE or not.
  private func constant(_ file: ModelFile, _ entry: Operator, _ operand: Int) -> Tensor? {
    guard let inputs = entry.inputs, operand < inputs.count, inputs[operand] >= 0 else {
      return nil
    }
    let tensors = file.model.subgraphs[0].tensors
    let direct = tensors[Int(inputs[operand])]
    guard file.model.data(of: direct) == nil else { return direct }
    let decoder = file.operators(.dequantize).first { $0.outputs == [inputs[operand]] }
    return decoder?.inputs.map { tensors[Int($0[0])] }
  }

  @Test func `Dynamic range gives the converter's bytes, scales and axes`() throws {
    let ours = try Optimized(Fixtures.open("digits_cnn"), .dynamic).file
    let theirs = try Fixtures.open("digits_cnn_dynamic")
    #expect(ours.kinds == theirs.kinds)
    var compared = 0
    for (mine, other) in zip(operators(ours), operators(theirs)) {
      for operand in 0..<(mine.inputs?.count ?? 0) {
        guard let a = constant(ours, mine, operand), let b = constant(theirs, other, operand)
        else { continue }
        #expect(a.type == b.type && a.shape == b.shape, "\(a.label)")
        #expect(try ours.bytes(of: a) == theirs.bytes(of: b), "\(a.label)")
        guard a.type == .int8 else { continue }
        compared += 1
        #expect(
          a.quantization?.scale?.map(\.bitPattern) == b.quantization?.scale?.map(\.bitPattern))
        #expect(a.quantization?.zeroPoint == b.quantization?.zeroPoint)
        #expect(a.quantization?.quantizedDimension == b.quantization?.quantizedDimension)
      }
    }
    #expect(compared == 2)
  }

  @Test func `Dynamic range sets the converter's options`() throws {
    let ours = try Optimized(Fixtures.open("digits_cnn"), .dynamic).file
    let theirs = try Fixtures.open("digits_cnn_dynamic")
    for (mine, other) in zip(operators(ours), operators(theirs)) {
      #expect(mine.builtinOptions == other.builtinOptions)
    }
  }

  @Test func `Versions and the least runtime are the converter's`() throws {
    for (step, name) in [
      (QuantizeStep.dynamic, "digits_cnn_dynamic"), (.float16, "digits_cnn_float16"),
    ] {
      let ours = try Optimized(Fixtures.open("digits_cnn"), step).file
      let theirs = try Fixtures.open(name)
      for kind in Set(theirs.kinds) where ours.kinds.contains(kind) {
        #expect(ours.version(kind).max() == theirs.version(kind).max(), "\(kind)")
      }
      #expect(try ours.minRuntime() == theirs.minRuntime())
    }
  }

  @Test func `Float16 gives the converter's halves`() throws {
    let ours = try Optimized(Fixtures.open("digits_cnn"), .float16).file
    let theirs = try Fixtures.open("digits_cnn_float16")
    var compared = 0
    for (mine, other) in zip(operators(ours), operators(theirs)) {
      for operand in 0..<(mine.inputs?.count ?? 0) {
        guard let a = constant(ours, mine, operand), a.type == .float16 else { continue }
        let b = try #require(constant(theirs, other, operand))
        #expect(b.type == .float16 && a.shape == b.shape)
        #expect(try ours.bytes(of: a) == theirs.bytes(of: b), "\(a.label)")
        compared += 1
      }
    }
    #expect(compared >= 7)
  }

  @Test func `Dynamic range of the converter's float16 file has the same weights within rounding`()
    throws
  {
    let fromHalves = try Optimized(Fixtures.open("digits_cnn_float16"), .dynamic).file
    let fromFloats = try Optimized(Fixtures.open("digits_cnn"), .dynamic).file
    for (one, other) in zip(operators(fromHalves), operators(fromFloats)) {
      guard let a = constant(fromHalves, one, 1), let b = constant(fromFloats, other, 1),
        b.type == .int8
      else { continue }
      #expect(a.type == .int8)
      let (first, second) = (
        try fromHalves.bytes(of: a).elements(Int8.self),
        try fromFloats.bytes(of: b).elements(Int8.self)
      )
      #expect(zip(first, second).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
  }
}
