import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Weights of four bits. `Tools/oracle.py --checks int4` has LiteRT run them on all paths; here plain loops
/// judge the values.
@Suite struct NarrowWeightTests {
  private struct Case: Sendable {
    let kind: String
    let shape: [Int32]
    let tag: UInt8
    /// Elements of a row that meet the same input channel.
    let taps: Int
  }

  private static let fullyConnected = Case(
    kind: "FULLY_CONNECTED", shape: [20, 64], tag: OptionTag.fullyConnected, taps: 1)
  private static let conv2D = Case(
    kind: "CONV_2D", shape: [12, 3, 3, 16], tag: OptionTag.conv2D, taps: 9)

  private static var step: QuantizeStep {
    var step = QuantizeStep(mode: .dynamic)
    step.weights = .four
    return step
  }

  private func file(_ one: Case, _ values: [Float]) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 8, 16])
    let weight = maker.constant("weight", one.shape, values)
    let inner = maker.operation("RELU", [x], "inner", [1, 8, 8, 16])
    maker.output(
      maker.operation(one.kind, [inner, weight, -1], "y", [1, 8, 8, 16], options: one.tag))
    return try maker.file()
  }

  /// Returns the integers, one per element, and the scales.
  private func stored(
    _ one: Case, _ values: [Float]
  ) throws -> (integers: [Int], scales: [Float]) {
    let result = try Optimized(file(one, values), Self.step)
    let weight = try #require(result.file.tensor("weight"))
    #expect(weight.type == .int4 && weight.shape == one.shape)
    let bytes = try result.file.bytes(of: weight)
    #expect(bytes.count == (values.count + 1) / 2)
    let integers = values.indices.map { index in
      let half = (bytes[index / 2] >> UInt8(index % 2 * 4)) & 15
      return half > 7 ? Int(half) - 16 : Int(half)
    }
    return (integers, try #require(weight.quantization?.scale))
  }

  @Test(arguments: [0, 1])
  func `Each channel has less squared error than without clipping, and no -8`(_ index: Int) throws {
    let one = [Self.fullyConnected, Self.conv2D][index]
    let row = one.shape.dropFirst().reduce(1) { $0 * Int($1) }
    let values = weights(row * Int(one.shape[0]))
    let (integers, scales) = try stored(one, values)
    #expect(integers.allSatisfy { abs($0) <= 7 } && scales.count == Int(one.shape[0]))
    for channel in scales.indices {
      let own = channel * row..<(channel + 1) * row
      let plain = (own.map { abs(values[$0]) }.max() ?? 0) / 7
      func error(_ scale: Float) -> Float {
        own.reduce(0) { sum, place in
          let integer = max(-7, min(7, (values[place] / scale).rounded()))
          let difference = values[place] - integer * scale
          return sum + difference * difference
        }
      }
      #expect(scales[channel] <= plain * 1.0001)
      #expect(error(scales[channel]) <= error(plain) * 1.0001)
    }
  }

  @Test(arguments: [0, 1])
  func `Rounding errors of a row and of an input channel's taps cancel`(_ index: Int) throws {
    let one = [Self.fullyConnected, Self.conv2D][index]
    let row = one.shape.dropFirst().reduce(1) { $0 * Int($1) }
    let values = weights(row * Int(one.shape[0]))
    let (integers, scales) = try stored(one, values)
    /// The sum of the errors in steps, and by how much moved integers can miss it.
    func sum(_ places: [Int], _ scale: Float) -> Float {
      places.reduce(0) { $0 + Float(integers[$1]) - values[$1] / scale }
    }
    for channel in scales.indices {
      let own = Array(channel * row..<(channel + 1) * row)
      let moved = own.count { abs(values[$0] / scales[channel]) > 7 }
      #expect(abs(sum(own, scales[channel])) <= 0.51 + Float(moved) / 2)
      // Moving integers for the row's sum changes the sums of some taps by one.
      guard one.taps > 1 else { continue }
      let inputs = row / one.taps
      for input in 0..<inputs {
        let taps = (0..<one.taps).map { own[$0 * inputs + input] }
        #expect(abs(sum(taps, scales[channel])) <= 2.01)
      }
    }
  }

  /// A filter of 3 × 3 stands behind DEQUANTIZE, since its kernel for integers is slow.
  @Test(arguments: [3, 7])
  func `Weights that no kernel takes in four bits stay int8`(size: Int32) throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 8, 128])
    let weight = maker.constant("w", [1, size, size, 128], weights(Int(size * size) * 128))
    maker.output(
      maker.operation(
        "DEPTHWISE_CONV_2D", [x, weight, -1], "y", [1, 8, 8, 128],
        options: OptionTag.depthwiseConv2D))
    let file = try maker.file()
    func types(_ step: QuantizeStep) throws -> [TensorType] {
      let result = try Optimized(file, step)
      if case .lacksNarrowKernel? = result.outcome.log.wider.values.first {
      } else if !step.weightsOnly {
        Issue.record("\(result.outcome.log.wider)")
      }
      return result.file.model.subgraphs[0].tensors.map(\.type).filter { $0 != .float32 }
    }
    #expect(try types(Self.step) == [.int8])
    var stored = Self.step
    stored.weightsOnly = true
    #expect(try types(stored) == [.int4])
  }

  @Test func `Rows of a table with an odd number of elements stay int8`() throws {
    for (columns, type) in [(33, TensorType.int8), (34, .int4)] {
      var maker = ModelMaker()
      let indices = maker.input("x", [4], .int32)
      let table = maker.constant("weight", [40, Int32(columns)], weights(40 * columns))
      maker.output(
        maker.operation("EMBEDDING_LOOKUP", [indices, table], "y", [4, Int32(columns)]))
      let result = try Optimized(maker.file(), Self.step)
      #expect(result.file.tensor("weight")?.type == type, "\(columns)")
    }
  }
}
