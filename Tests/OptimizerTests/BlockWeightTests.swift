import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Weights in blocks and of two bits. `Tools/oracle.py --checks int4` has LiteRT run them on all paths; here
/// the file and plain loops judge.
@Suite struct BlockWeightTests {
  private static func step(_ bits: WeightBits, _ block: Int? = 32) -> QuantizeStep {
    var step = QuantizeStep(mode: .dynamic)
    (step.weights, step.block) = (bits, block)
    return step
  }

  private func dense(
    _ shape: [Int32], _ values: [Float], activation: Int8 = 0, isInner: Bool = false
  ) throws -> ModelFile {
    var maker = ModelMaker()
    var x = maker.input("x", [2, shape[1]])
    if isInner { x = maker.operation("RELU", [x], "inner", [2, shape[1]]) }
    let weight = maker.constant("weight", shape, values)
    let y = maker.operation(
      "FULLY_CONNECTED", [x, weight, -1], "y", [2, shape[0]], options: OptionTag.fullyConnected)
    maker.configure { $0?[FullyConnected.activation] = activation }
    maker.output(y)
    return try maker.file()
  }

  private func blocks(_ tensor: Tensor?) -> BlockwiseQuantization? {
    guard case .blockwise(let blocks) = tensor?.quantization?.details else { return nil }
    return blocks
  }

  @Test(arguments: [32, 64])
  func `Scales of blocks are numbers of bfloat16 and float16, and integers fit them`(
    _ size: Int
  ) throws {
    let values = weights(20 * 128)
    let result = try Optimized(dense([20, 128], values, isInner: true), Self.step(.four, size))
    let weight = try #require(result.file.tensor("weight"))
    #expect(weight.type == .int4)
    let details = try #require(blocks(weight))
    #expect(details.blockSize == Int32(size) && details.zeroPoints == -1)
    let held = result.file.model.subgraphs[0].tensors[Int(details.scales)]
    #expect(held.type == .float16 && held.shape == [20, Int32(128 / size)])
    let bytes = try result.file.bytes(of: held)
    let scales = stride(from: 0, to: bytes.count, by: 2).map {
      Float(halfBits: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
    #expect(scales.count == values.count / size)
    #expect(scales.allSatisfy { $0 >= 0x1p-14 && $0.bitPattern & 0xFFFF == 0 })
    let integers = try result.file.bytes(of: weight).flatMap { byte -> [Int] in
      [byte & 15, byte >> 4].map { $0 > 7 ? Int($0) - 16 : Int($0) }
    }
    #expect(integers.allSatisfy { abs($0) <= 7 })
    // A value is clipped, or at most a step away: rounding to nearest, or to the other side.
    for (index, value) in values.enumerated() {
      let steps = value / scales[index / size]
      #expect(abs(steps - Float(integers[index])) <= 1 || abs(integers[index]) == 7)
    }
    // Errors of a row cancel, those of clipped values too.
    for row in 0..<20 {
      let sum = (row * 128..<(row + 1) * 128).reduce(Float(0)) {
        $0 + Float(integers[$1]) * scales[$1 / size] - values[$1]
      }
      #expect(abs(sum) <= (scales.max() ?? 0) * 3)
    }
  }

  @Test func `What has no kernel for blocks has the next form, with the reason`() throws {
    let cases: [(shape: [Int32], bits: WeightBits, obstacle: NarrowRule.Obstacle)] = [
      ([20, 80], .four, .splitsBlocks(columns: 80)), ([3, 512], .four, .hasFewRows(least: 4)),
      ([20, 64], .two, .hasNoBlockKernel(.float)),
    ]
    for one in cases {
      let values = weights(one.shape.reduce(1) { $0 * Int($1) })
      let result = try Optimized(dense(one.shape, values), Self.step(one.bits))
      let weight = result.file.tensor("weight")
      #expect(weight?.type == one.bits.type && blocks(weight) == nil)
      #expect(weight?.quantization?.scale?.count == Int(one.shape[0]))
      let id = try #require(result.outcome.log.wider.keys.first)
      #expect(
        result.outcome.log.wider[id]
          == .lacksNarrowKernel(
            .fullyConnected, NarrowForm(one.bits.type, block: 32), one.obstacle))
    }
  }

  @Test func `Scales beyond float16 give one scale a channel`() throws {
    for factor: Float in [1e-4, 1e7] {
      let values = weights(20 * 64).map { $0 * factor }
      let result = try Optimized(dense([20, 64], values), Self.step(.four))
      #expect(blocks(result.file.tensor("weight")) == nil)
      #expect(result.file.tensor("weight")?.type == .int4)
      #expect(result.outcome.log.wider.values.contains(.hasScalesBeyondBlocks))
    }
  }

  @Test func `A fused activation becomes an operator of its own beside blocks`() throws {
    for (code, name) in [(Int8(1), "RELU"), (3, "RELU6"), (0, "")] {
      let file = try dense([20, 64], weights(20 * 64), activation: code)
      let model = try Optimized(file, Self.step(.four)).file.model
      let kinds = model.subgraphs[0].operators.map { model.name(of: $0) }
      #expect(kinds == (name.isEmpty ? ["FULLY_CONNECTED"] : ["FULLY_CONNECTED", name]))
      let options = model.subgraphs[0].operators[0].builtinOptions
      #expect(options?[FullyConnected.activation] ?? 0 == 0)
      let output = try #require(model.subgraphs[0].outputs?.first)
      #expect(model.subgraphs[0].operators.last?.outputs == [output])
      #expect(model.subgraphs[0].tensors[Int(output)].label == "y")
      // Without blocks it stays where it is.
      let plain = try Optimized(file, Self.step(.four, nil)).file.model
      #expect(plain.subgraphs[0].operators.count == 1)
    }
  }

  @Test func `Weights that no kernel takes in two bits have four, with the reason`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 8, 16])
    let weight = maker.constant("weight", [12, 3, 3, 16], weights(12 * 9 * 16))
    maker.output(
      maker.operation(
        "CONV_2D", [x, weight, -1], "y", [1, 8, 8, 12], options: OptionTag.conv2D))
    let result = try Optimized(maker.file(), Self.step(.two, nil))
    #expect(result.file.tensor("weight")?.type == .int4)
    #expect(
      result.outcome.log.wider.values.contains(
        .lacksNarrowKernel(.conv2D, NarrowForm(.int2), .hasNoKernel(.float))))
  }

  @Test func `Two bits are -1, 0 and 1, with less error than any other clipping`() throws {
    let values = weights(20 * 64)
    let result = try Optimized(dense([20, 64], values), Self.step(.two, nil))
    let weight = try #require(result.file.tensor("weight"))
    let bytes = try result.file.bytes(of: weight)
    #expect(weight.type == .int2 && bytes.count == values.count / 4)
    let integers = bytes.flatMap { byte in
      (0..<4).map { place -> Int in
        let bits = Int(byte >> UInt8(2 * place)) & 3
        return bits > 1 ? bits - 4 : bits
      }
    }
    #expect(Set(integers) == [-1, 0, 1])
    let error = try #require(result.outcome.log.errors.values.first)
    let scales = try #require(weight.quantization?.scale)
    var (gone, all) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let real = Float(integers[index]) * scales[index / 64]
      gone += Double((value - real) * (value - real))
      all += Double(value * value)
    }
    #expect(abs(error - (gone / all).squareRoot()) < 1e-5)
  }

  @Test func `Tables of GATHER take four bits along the first axis`() throws {
    for (axis, columns, type) in [
      (Int32(0), Int32(32), TensorType.int4), (0, 33, .int8), (1, 32, .int8),
    ] {
      var maker = ModelMaker()
      let table = maker.constant("weight", [40, columns], weights(40 * Int(columns)))
      let indices = maker.input("x", [4], .int32)
      let shape = axis == 0 ? [4, columns] : [40, 4]
      maker.output(
        maker.operation("GATHER", [table, indices], "y", shape, options: OptionTag.gather))
      maker.configure { $0?[Gather.axis] = axis }
      let result = try Optimized(maker.file(), Self.step(.four, nil))
      #expect(result.file.tensor("weight")?.type == type, "\(axis) \(columns)")
      #expect(result.outcome.log.wider.isEmpty == (type == .int4))
    }
  }

  @Test func `An older runtime gets the forms that it has`() throws {
    let file = try dense([20, 64], weights(20 * 64))
    for (runtime, type, isByBlock) in [
      (RuntimeVersion(2, 22, 0), TensorType.int4, true), (RuntimeVersion(2, 18, 0), .int4, false),
      (RuntimeVersion(2, 9, 0), .int8, false),
    ] {
      let result = try Optimized(file, Self.step(.four), runtime: runtime)
      let weight = result.file.tensor("weight")
      #expect(weight?.type == type && (blocks(weight) != nil) == isByBlock, "\(runtime)")
    }
  }
}
