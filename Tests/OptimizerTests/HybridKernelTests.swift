import KernelTable
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What LiteRT's kernels for int8 weights under float activations get wrong or do slowly; judged by
/// LiteRT 2.3 (`Tools/hybrid_speed.py` for times; row sums were measured without XNNPACK).
@Suite struct HybridKernelTests {
  // MARK: Sums of rows

  /// A FULLY_CONNECTED of one row whose first `heavy` blocks of 16 columns hold 127 in lane 0.
  private func dense(heavy: Int, sign: Float = 1) -> ModelMaker {
    var maker = ModelMaker()
    let columns = 4096
    let x = maker.input("x", [1, Int32(columns)])
    let values = (0..<columns).map { column -> Float in
      if column % 16 < 2, column / 16 < heavy { return 127 * sign }
      return column % 16 < 4 && column % 16 > 1 ? -100 * sign : 0
    }
    let weight = maker.constant("weight", [1, Int32(columns)], values)
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, weight, -1], "y", [1, 1], options: OptionTag.fullyConnected))
    return maker
  }

  @Test("A row with a lane beyond int16 has no zero point of its input", arguments: [1, -1])
  func lane(sign: Float) throws {
    // Lane 1 alone sums to −100 × 2 × 256: a first row that is wrong whatever lane 0 has.
    let wrong = try Optimized(dense(heavy: 256, sign: sign).file(), .dynamic)
    let entry = try #require(wrong.file.operators(.fullyConnected).first)
    #expect(entry.builtinOptions?[FullyConnected.asymmetricInputs] == false)
    #expect(wrong.file.tensor("weight")?.type == .int8)
  }

  @Test func `Lanes of int16 end where the kernel's do`() {
    func overflows(_ blocks: Int, _ columns: Int = 4096) -> Bool {
      let row = (0..<columns).map { column -> Int8 in
        column % 16 < 2 && column / 16 < blocks ? 127 : 0
      }
      let whole = row.withUnsafeBufferPointer {
        RowSumLanes.overflow($0.baseAddress!, columns: columns)
      }
      var lanes = RowSumLanes(rows: 1)
      for (column, value) in row.enumerated() where column < columns - columns % 16 {
        withUnsafePointer(to: value) { lanes.add(column: column, $0) }
      }
      #expect(lanes.overflow == whole)
      return whole
    }
    #expect(!overflows(129))
    #expect(overflows(130))
    // The last columns, which are no whole block, are added apart.
    #expect(!overflows(130, 129 * 16 + 2))
    #expect(RowSumLanes.leastColumns == 130 * 16)
  }

  /// A row of values whose lane 0 sums to `sum` steps of one, all rows with a greatest of 127.
  @Test(
    "A bound of a row's lanes is never below what rounding makes of them", arguments: [1, 2, 3])
  func bound(seed: UInt64) throws {
    let columns = 4096 + 16 * Int(seed) + 5
    var random = SeededRandom(seed: seed)
    var overflowing = 0
    for trial in 0..<40 {
      // From sums of about 24,000 to 44,000 in a lane of 512.
      let mean = 0.37 + Float(trial) * 0.0075
      let row = (0..<columns).map { column -> Float in
        column == 0 ? 1 : mean + 0.2 * (Float(random.next() % 1000) / 1000 - 0.5)
      }
      let integers = row.map { Int8(($0 * 127).rounded()) }
      let overflows = integers.withUnsafeBufferPointer {
        RowSumLanes.overflow($0.baseAddress!, columns: columns)
      }
      let sum = row.withUnsafeBytes {
        KernelTable.chosen.storage.laneSum($0.baseAddress!, columns)
      }
      let stays = RowSumLanes.stays(within: sum, step: 1 / 127, columns: columns)
      #expect(!(overflows && stays))
      // The bound is useful: two hundredths below the limit it already says so.
      let most = sum * 127
      #expect(stays || most > 0.98 * Float(Int16.max))
      overflowing += overflows ? 1 : 0
    }
    #expect(5..<40 ~= overflowing)
  }

  @Test func `Parts of rows have lanes of their own only where blocks begin`() {
    #expect(RowSumLanes.areWhole(from: 4096 + 32, count: 64, columns: 4096))
    #expect(RowSumLanes.areWhole(from: 32, count: 5, columns: 37))
    #expect(!RowSumLanes.areWhole(from: 8, count: 16, columns: 4096))
    #expect(!RowSumLanes.areWhole(from: 0, count: 24, columns: 4096))
  }

  @Test func `An ordinary long row keeps its zero point`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 4096])
    let weight = maker.constant("weight", [4, 4096], weights(4 * 4096))
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, weight, -1], "y", [1, 4], options: OptionTag.fullyConnected))
    let result = try Optimized(maker.file(), .dynamic)
    let entry = try #require(result.file.operators(.fullyConnected).first)
    #expect(entry.builtinOptions?[FullyConnected.asymmetricInputs] == true)
  }

  @Test func `BATCH_MATMUL adds up columns of its right operand`() throws {
    for (value, flag) in [(Float(1), false), (0, true)] {
      var maker = ModelMaker()
      let x = maker.input("x", [1, 4096])
      // The second column is all 1 or mixed.
      let values = (0..<4096 * 2).map { index in
        index % 2 == 1 && value == 1 ? value : (index / 2 % 2 == 0 ? 1 : -1)
      }
      let weight = maker.constant("weight", [4096, 2], values.map { Float($0) })
      maker.output(
        maker.operation("BATCH_MATMUL", [x, weight], "y", [1, 2], options: OptionTag.batchMatMul))
      let result = try Optimized(maker.file(), .dynamic)
      let entry = try #require(
        result.file.operators(BuiltinOperator(named: "BATCH_MATMUL")!).first)
      #expect(entry.builtinOptions?[BatchMatMul.asymmetricInputs] == flag)
    }
  }

  @Test func `CONV_2D, which has no such option, reads such a row through DEQUANTIZE`() throws {
    func kinds(_ value: (Int) -> Float) throws -> [String] {
      var maker = ModelMaker()
      let x = maker.input("x", [1, 4, 4, 256])
      let weight = maker.constant("weight", [2, 3, 3, 256], (0..<2 * 2304).map(value))
      let bias = maker.constant("bias", [2], [0, 0])
      maker.output(
        maker.operation(
          "CONV_2D", [x, weight, bias], "y", [1, 4, 4, 2], options: OptionTag.conv2D))
      return try Optimized(maker.file(), .dynamic).file.kinds
    }
    #expect(try kinds { _ in 1 } == ["DEQUANTIZE", "CONV_2D"])
    #expect(try kinds { $0 % 2 == 0 ? 1 : -1 } == ["CONV_2D"])
  }

  // MARK: Slow kernels

  private func depthwise(_ taps: Int32, channels: Int32 = 64, multiplier: Int32 = 1) throws
    -> [String]
  {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 8, 8, channels])
    let filter: [Int32] = [1, taps, taps, channels * multiplier]
    let weight = maker.constant(
      "weight", filter, weights(Int(taps * taps * channels * multiplier)))
    let bias = maker.constant(
      "bias", [channels * multiplier], [Float](repeating: 0, count: Int(channels * multiplier)))
    maker.output(
      maker.operation(
        "DEPTHWISE_CONV_2D", [x, weight, bias], "y", [1, 8, 8, channels * multiplier],
        options: OptionTag.depthwiseConv2D))
    return try Optimized(maker.file(), .dynamic).file.kinds
  }

  @Test func `DEPTHWISE_CONV_2D reads floats where XNNPACK has a float kernel`() throws {
    #expect(try depthwise(5) == ["DEQUANTIZE", "DEPTHWISE_CONV_2D"])
    #expect(try depthwise(7) == ["DEPTHWISE_CONV_2D"])
    #expect(try depthwise(5, multiplier: 2) == ["DEPTHWISE_CONV_2D"])
  }

  @Test("TRANSPOSE_CONV reads floats where XNNPACK does not take it", arguments: [0, 1, 4])
  func transposed(activation: Int8) throws {
    var maker = ModelMaker()
    let shape = maker.constant("shape", [4], .int32, bytes: [UInt8](of: [1, 8, 8, 8] as [Int32]))
    let x = maker.input("x", [1, 4, 4, 16])
    let weight = maker.constant("weight", [8, 3, 3, 16], weights(8 * 9 * 16))
    let bias = maker.constant("bias", [1, 1, 1, 8], [Float](repeating: 1, count: 8))
    maker.output(
      maker.operation(
        "TRANSPOSE_CONV", [shape, weight, x, bias], "y", [1, 8, 8, 8],
        options: OptionTag.transposeConv))
    maker.configure { $0?[TransposeConv.activation] = activation }
    let result = try Optimized(maker.file(), .dynamic)
    let isTaken = activation < 4  // TANH is no clamp.
    #expect(result.file.kinds == (isTaken ? [] : ["DEQUANTIZE"]) + ["TRANSPOSE_CONV"])
    // XNNPACK takes no bias of another shape.
    #expect(result.file.tensor("bias")?.shape == [8])
  }

  // MARK: Biases

  @Test("A bias of shape [1, 1, 1, C] becomes [C]", arguments: [QuantizeStep.Mode.int8, .int16x8])
  func bias(mode: QuantizeStep.Mode) throws {
    var maker = ModelMaker()
    let shape = maker.constant("shape", [4], .int32, bytes: [UInt8](of: [1, 8, 8, 8] as [Int32]))
    let x = maker.input("x", [1, 4, 4, 16])
    let weight = maker.constant("weight", [8, 3, 3, 16], weights(8 * 9 * 16))
    let bias = maker.constant("bias", [1, 1, 1, 8], (0..<8).map { Float($0) })
    maker.output(
      maker.operation(
        "TRANSPOSE_CONV", [shape, weight, x, bias], "y", [1, 8, 8, 8],
        options: OptionTag.transposeConv))
    maker.configure {
      $0?[TransposeConv.strideH] = 2
      $0?[TransposeConv.strideW] = 2
    }
    let model = try IntegerModel(maker, mode)
    let stored = try model.file.operand("TRANSPOSE_CONV", 3)
    #expect(stored.shape == [8] && stored.quantization?.scale?.count == 8)
    #expect(try model.error() < 0.03)
  }
}
