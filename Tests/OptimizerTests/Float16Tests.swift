import Evaluation
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The rules of the pass, checked on the file that was written; Swift's own conversion to Float16
/// judges the values.
@Suite struct Float16Tests {
  private func halves(_ values: [Float]) -> [UInt8] {
    [UInt8](of: values.map { Swift.Float16($0).bitPattern })
  }

  @Test("Each float16 constant has one DEQUANTIZE", arguments: Fixtures.names)
  func oneDequantize(name: String) throws {
    let source = try Fixtures.open(name)
    let result = try Optimized(source, .float16)
    for (index, subgraph) in result.model.subgraphs.enumerated() {
      for (t, tensor) in subgraph.tensors.enumerated() where tensor.type == .float16 {
        guard result.model.data(of: tensor) != nil else { continue }
        let readers = subgraph.operators.filter { $0.inputs?.contains(Int32(t)) == true }
        // Scales of blockwise quantization are read by no operator.
        guard !readers.isEmpty || name != "blockwise" else { continue }
        #expect(readers.count == 1, "subgraphs[\(index)].tensors[\(t)]")
      }
    }
  }

  @Test("What was converted holds the nearest halves", arguments: ["lstm_while", "keyword_1d"])
  func values(name: String) throws {
    let source = try Fixtures.open(name)
    let result = try Optimized(source, .float16)
    var compared = 0
    for (s, subgraph) in result.model.subgraphs.enumerated() {
      for entry in subgraph.operators where result.model.kind(of: entry) == .dequantize {
        let stored = subgraph.tensors[Int(try #require(entry.inputs?.first))]
        let wide = subgraph.tensors[Int(try #require(entry.outputs?.first))]
        let original = try #require(
          source.model.subgraphs[s].tensors.first {
            $0.name == wide.name && source.model.data(of: $0) != nil && $0.shape == wide.shape
          })
        #expect(try result.file.bytes(of: stored) == halves(source.floats(of: original)))
        compared += 1
      }
    }
    #expect(compared == result.outcome.log.changes && compared > 3)
  }

  @Test func `Values beyond ±65504 keep their constant in float32`() throws {
    let source = try Fixtures.open("huge_values")
    let result = try Optimized(source, .float16)
    for name in ["weight", "bias"] {
      let tensor = try #require(result.file.tensor(name))
      #expect(tensor.type == .float32)
      #expect(try result.file.bytes(of: tensor) == source.bytes(of: #require(source.tensor(name))))
    }
    // Counted in numpy: row 0 is normal(0, 0.5) × 1e6.
    let weights = try source.floats(of: #require(source.tensor("weight")))
    let beyond = weights.count { abs($0) > 65504 }
    #expect(result.reason("weight") == .exceedsFloat16(values: beyond, of: 1920))
    #expect(result.file.operators(.dequantize).count == 1)
  }

  private func dense(_ values: [Float], _ count: Int32 = 64) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, count])
    let weight = maker.constant("weight", [Int32(values.count) / count, count], values)
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, weight, -1], "y", [1, Int32(values.count) / count],
        options: OptionTag.fullyConnected))
    return try maker.file()
  }

  @Test func `The limit is what still rounds to 65504`() throws {
    var values = weights(4096)
    values[7] = 65519.996
    #expect(try Optimized(dense(values), .float16).file.operators(.dequantize).count == 1)
    values[7] = -65520
    #expect(try !Optimized(dense(values), .float16).outcome.isChanged)
    values[7] = .infinity
    #expect(try !Optimized(dense(values), .float16).outcome.isChanged)
    values[7] = .nan
    #expect(try !Optimized(dense(values), .float16).outcome.isChanged)
  }

  @Test func `A tensor that is mostly too small for halves keeps float32`() throws {
    let tiny = weights(4096).map { $0 * 1e-6 }
    let result = try Optimized(dense(tiny), .float16)
    #expect(!result.outcome.isChanged)
    #expect(result.reason("weight") == .vanishesInFloat16(values: 4096, of: 4096))
    var some = weights(4096)
    for index in 0..<1000 { some[index] = 1e-7 }
    #expect(try Optimized(dense(some), .float16).reason("weight") == nil)
  }

  @Test func `Small values that are halves lose nothing`() throws {
    // Multiples of 2^−24, the least half.
    let exact = (0..<4096).map { Float($0 % 1000) * 0x1p-24 }
    let result = try Optimized(dense(exact), .float16)
    let stored = try #require(result.model.subgraphs[0].tensors.first { $0.type == .float16 })
    #expect(try result.file.bytes(of: stored) == halves(exact))
  }

  @Test(arguments: [1e-7, 1e-20, 1e-30] as [Float])
  func `Channels that add nothing to the outputs do not keep a weight in float32`(
    factor: Float
  ) throws {
    // All of 64 rows but the last.
    let mostly = weights(4096).enumerated().map { $0 < 4032 ? $1 * factor : $1 }
    #expect(try Optimized(dense(mostly), .float16).outcome.isChanged)
  }

  /// Rows 0 and 1 of the weight are about 1e-7; what they give is multiplied by 10,000 and by the input
  /// `gain`.
  private func scaledUp() throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let gain = maker.input("gain", [1, 64])
    let weight = maker.constant(
      "weight", [64, 64], weights(4096).enumerated().map { $0 < 128 ? $1 * 1e-7 : $1 })
    let y = maker.operation(
      "FULLY_CONNECTED", [x, weight, -1], "y", [1, 64], options: OptionTag.fullyConnected)
    let scale = maker.constant("scale", [64], (0..<64).map { $0 < 2 ? 10000 : 1 })
    let z = maker.operation("MUL", [y, scale], "z", [1, 64])
    maker.output(maker.operation("MUL", [z, gain], "w", [1, 64]))
    return try maker.file()
  }

  @Test func `A small channel that is scaled up later keeps its weight in float32`() throws {
    let result = try Optimized(scaledUp(), .float16)
    #expect(result.reason("weight") == .vanishesInFloat16(values: 128, of: 4096))
  }

  @Test func `Samples tell whether a small channel matters`() throws {
    func isKept(gain: Float) throws -> Bool {
      let samples = CalibrationSource(count: 3) { index in
        let gains = (0..<64).map { $0 < 2 ? gain : 1 }
        return [
          .floats(weights(64, seed: UInt64(index)), [1, 64]), .floats(gains, [1, 64]),
        ]
      }
      return try Optimized(scaledUp(), .float16, samples: samples).reason("weight") != nil
    }
    #expect(try !isKept(gain: 0))
    #expect(try isKept(gain: 1))
  }

  @Test func `A model that cannot be run keeps what may be lost`() throws {
    var file = try scaledUp()
    file.model.operatorCodes[1].kind = .custom
    file.model.operatorCodes[1].customCode = "Unknown"
    let result = try Optimized(file, .float16)
    #expect(result.reason("weight") == .vanishesInFloat16(values: 128, of: 4096))
  }

  @Test func `A small constant that would not pay stays float32`() throws {
    let result = try Optimized(dense(weights(32), 32), .float16)
    #expect(!result.outcome.isChanged)
    #expect(result.reason("weight") == .isBelowCostOfDequantize)
  }

  @Test func `Tensors that share a buffer share the halves and one DEQUANTIZE`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let values = weights(4096)
    let first = maker.constant("first", [64, 64], values)
    let buffer = maker.model.subgraphs[0].tensors[Int(first)].buffer
    let second = maker.constant("second", [64, 64], .float32, buffer: buffer)
    let tag = OptionTag.fullyConnected
    let y = maker.operation("FULLY_CONNECTED", [x, first, -1], "y", [1, 64], options: tag)
    let z = maker.operation("FULLY_CONNECTED", [y, second, -1], "z", [1, 64], options: tag)
    maker.output(maker.operation("FULLY_CONNECTED", [z, first, -1], "w", [1, 64], options: tag))
    let result = try Optimized(maker.file(), .float16)
    #expect(result.file.operators(.dequantize).count == 1)
    let stored = result.model.subgraphs[0].tensors.filter { $0.type == .float16 }
    #expect(stored.count == 1)
    #expect(try result.file.bytes(of: stored[0]) == halves(values))
    let readers = result.file.operators(.fullyConnected).compactMap { $0.inputs?[1] }
    #expect(Set(readers).count == 1 && readers.count == 3)
  }

  @Test func `A shared buffer stays float32 whole when one of its readers must`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let first = maker.constant("first", [64, 64], weights(4096))
    let buffer = maker.model.subgraphs[0].tensors[Int(first)].buffer
    let second = maker.constant("second", [64, 64], .float32, buffer: buffer)
    let tag = OptionTag.fullyConnected
    let y = maker.operation("FULLY_CONNECTED", [x, first, -1], "y", [1, 64], options: tag)
    maker.output(maker.operation("FULLY_CONNECTED", [y, second, -1], "z", [1, 64], options: tag))
    let result = try Optimized(maker.file(), .float16, skip: ["second"])
    #expect(!result.outcome.isChanged)
    #expect(result.reason("second") == .skipped(rule: "second"))
    #expect(result.reason("first") == .sharesData(label: "second", type: .float32))
  }

  @Test func `A constant that is an output of the model stays as it is`() throws {
    var file = try dense(weights(4096))
    file.model.subgraphs[0].outputs?.append(1)
    let result = try Optimized(file, .float16)
    #expect(!result.outcome.isChanged)
    #expect(result.reason("weight") == .isOutput)
  }

  @Test func `DEQUANTIZE stands before the first reader and after nothing it needs`() throws {
    let result = try Optimized(Fixtures.open("sequence_lstm"), .float16)
    let kinds = result.file.kinds
    let lstm = try #require(kinds.firstIndex(of: "UNIDIRECTIONAL_SEQUENCE_LSTM"))
    #expect(kinds[..<lstm].allSatisfy { $0 == "DEQUANTIZE" } && lstm == 12)
  }

  @Test func `Only a request marks the model for half precision`() throws {
    let source = try Fixtures.open("digits_cnn")
    var quantize = QuantizeStep(mode: .float16)
    quantize.allowsFloat16Compute = true
    let marked = try Optimized(source, quantize)
    let entry = try #require(
      marked.model.metadata.first { $0.name == "reduced_precision_support" })
    let text = try marked.file.bytes(of: marked.model.buffers[Int(entry.buffer)].data)
    // The string of LiteRT's reduced_precision_metadata.h.
    #expect(String(decoding: text, as: UTF8.self) == "fp16accfp32")
    let plain = try Optimized(source, .float16)
    #expect(!plain.model.metadata.contains { $0.name == "reduced_precision_support" })
  }
}
