import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Symmetric int8 by its definition judges the values (scale = largest magnitude / 127 of each
/// channel, in plain loops); LiteRT's hybrid kernels say which operators take which axis.
@Suite struct DynamicRangeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let kind: String
    let shape: [Int32]
    let axis: Int?
    let tag: UInt8
    var testDescription: String { kind }
  }

  /// One weight an operator, with 1024 elements or more.
  static let cases = [
    Case(kind: "FULLY_CONNECTED", shape: [20, 64], axis: 0, tag: OptionTag.fullyConnected),
    Case(kind: "CONV_2D", shape: [12, 3, 3, 16], axis: 0, tag: OptionTag.conv2D),
    Case(kind: "DEPTHWISE_CONV_2D", shape: [1, 7, 7, 24], axis: 3, tag: OptionTag.depthwiseConv2D),
    Case(kind: "BATCH_MATMUL", shape: [2, 32, 40], axis: nil, tag: OptionTag.batchMatMul),
  ]

  private func file(_ one: Case, _ values: [Float]) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 8, 16])
    let weight = maker.constant("weight", one.shape, values)
    let inputs = one.kind == "BATCH_MATMUL" ? [x, weight] : [x, weight, -1]
    maker.output(maker.operation(one.kind, inputs, "y", [1, 8, 8, 16], options: one.tag))
    return try maker.file()
  }

  private func count(_ shape: [Int32]) -> Int { shape.reduce(1) { $0 * Int($1) } }

  /// The channel of element `index`.
  private func channel(_ index: Int, _ shape: [Int32], _ axis: Int?) -> Int {
    guard let axis else { return 0 }
    return index / count(Array(shape[(axis + 1)...])) % Int(shape[axis])
  }

  @Test("Scales stand along the axis that the kernel reads", arguments: cases)
  func axis(one: Case) throws {
    let values = weights(count(one.shape))
    let result = try Optimized(file(one, values), .dynamic)
    let weight = try #require(result.file.tensor("weight"))
    #expect(weight.type == .int8 && weight.shape == one.shape)
    var magnitudes = [Float](repeating: 0, count: one.axis.map { Int(one.shape[$0]) } ?? 1)
    for (index, value) in values.enumerated() {
      let channel = channel(index, one.shape, one.axis)
      magnitudes[channel] = max(magnitudes[channel], abs(value))
    }
    let quantization = try #require(weight.quantization)
    #expect(quantization.scale == magnitudes.map { Float(Double($0) / 127) })
    #expect(quantization.zeroPoint == [Int64](repeating: 0, count: magnitudes.count))
    if let axis = one.axis { #expect(quantization.quantizedDimension == axis) }
    let stored = try result.file.bytes(of: weight).elements(Int8.self)
    #expect(stored.count == values.count && stored.allSatisfy { $0 >= -127 })
    for (index, byte) in stored.enumerated() {
      let step = Double(magnitudes[channel(index, one.shape, one.axis)]) / 127
      #expect(abs(Double(byte) * step - Double(values[index])) <= step * 0.500_001)
    }
  }

  @Test("The operator keeps float activations and its place", arguments: cases)
  func activations(one: Case) throws {
    let result = try Optimized(file(one, weights(count(one.shape))), .dynamic)
    #expect(result.file.kinds == [one.kind])
    #expect(result.file.tensor("x")?.type == .float32)
    #expect(result.file.tensor("y")?.type == .float32)
  }

  @Test func `Inputs are quantized asymmetrically unless symmetric activations are asked for`()
    throws
  {
    for one in Self.cases where ["FULLY_CONNECTED", "BATCH_MATMUL"].contains(one.kind) {
      let steps = [(QuantizeStep.dynamic, true), (.symmetric, false), (.weightsOnly, false)]
      for (step, expected) in steps {
        let result = try Optimized(file(one, weights(count(one.shape))), step)
        let options = try #require(result.file.operators(BuiltinOperator(named: one.kind)!).first)
          .builtinOptions
        let flag =
          options?[FullyConnected.asymmetricInputs] ?? options?[BatchMatMul.asymmetricInputs]
        #expect(flag == expected, "\(one.kind)")
      }
    }
  }

  @Test func `A channel of zeros has a positive scale and zero bytes`() throws {
    var values = weights(20 * 64)
    for index in 64..<128 { values[index] = index % 2 == 0 ? 0 : -0.0 }
    let result = try Optimized(file(Self.cases[0], values), .dynamic)
    let weight = try #require(result.file.tensor("weight"))
    let scales = try #require(weight.quantization?.scale)
    #expect(scales.count == 20 && scales.allSatisfy { $0 >= .leastNormalMagnitude && $0 < 1 })
    // The converter's floor of a range (quantization_utils.cc): 1e-6 / 2 / 127.
    #expect(scales[1] == Float(Double(Float(5e-7)) / 127))
    #expect(try result.file.bytes(of: weight)[64..<128].allSatisfy { $0 == 0 })
  }

  @Test func `Zero and subnormal channels of a fixture keep finite scales`() throws {
    let result = try Optimized(Fixtures.open("huge_values"), .dynamic)
    for name in ["weight", "second/weight"] {
      let scales = try #require(result.file.tensor(name)?.quantization?.scale)
      #expect(scales.allSatisfy { $0.isNormal && $0 > 0 })
    }
    let weight = try #require(result.file.tensor("weight"))
    // Row 4 holds −3 at position 7 and zeros.
    let row = try result.file.bytes(of: weight).elements(Int8.self)[192..<240]
    #expect(row[192 + 7] == -127 && row.count { $0 != 0 } == 1)
  }

  @Test func `Values that are not finite keep float32`() throws {
    for special in [Float.infinity, -.infinity, .nan] {
      for place in [0, 17, 20 * 64 - 1] {
        var values = weights(20 * 64)
        values[place] = special
        let result = try Optimized(file(Self.cases[0], values), .dynamic)
        #expect(!result.outcome.isChanged)
        #expect(result.reason("weight") == .isNotFinite)
      }
    }
  }

  @Test func `Tensors below 1024 elements stay float32`() throws {
    for (rows, isChanged): (Int32, Bool) in [(31, false), (32, true)] {
      let one = Case(
        kind: "FULLY_CONNECTED", shape: [rows, 32], axis: 0, tag: OptionTag.fullyConnected)
      let result = try Optimized(file(one, weights(Int(rows) * 32)), .dynamic)
      #expect(result.outcome.isChanged == isChanged)
      if !isChanged {
        #expect(result.reason("weight") == .hasFewElements(31 * 32, least: 1024))
      }
    }
  }

  @Test func `A one-element channel axis is one scale`() throws {
    let one = Case(
      kind: "FULLY_CONNECTED", shape: [1, 2048], axis: 0, tag: OptionTag.fullyConnected)
    let weight = try #require(
      Optimized(file(one, weights(2048)), .dynamic).file.tensor("weight"))
    #expect(weight.type == .int8 && weight.quantization?.scale?.count == 1)
  }

  @Test("Weights-only puts each weight behind DEQUANTIZE", arguments: cases)
  func weightsOnly(one: Case) throws {
    // A batch matrix product's right side is an activation to float computation.
    guard one.axis != nil else { return }
    let values = weights(count(one.shape))
    let result = try Optimized(file(one, values), .weightsOnly)
    #expect(result.file.kinds == ["DEQUANTIZE", one.kind])
    let dequantize = try #require(result.file.operators(.dequantize).first)
    let stored = result.model.subgraphs[0].tensors[Int(try #require(dequantize.inputs?.first))]
    #expect(stored.type == .int8 && stored.quantization?.scale?.count == Int(one.shape[one.axis!]))
    #expect(dequantize.outputs == [result.model.subgraphs[0].operators[1].inputs![1]])
  }
}
