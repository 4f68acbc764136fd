import Evaluation
import Interpreter
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Which weights are stored sparse, and how; LiteRT's verdict on the forms is in the oracle's check
/// `prune`.
@Suite struct SparseTests {
  private func prune(_ sparsity: String, _ pattern: String) throws -> PruneStep {
    try PruneStep([("sparsity", sparsity), ("pattern", pattern), ("encode-sparse", "true")])
  }

  /// A layer with `columns` inputs, and one that is too small to be pruned.
  private func model(columns: Int32, units: Int32 = 64) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, columns])
    let middle = maker.dense(x, "large", depth: columns, units: units)
    maker.output(maker.dense(middle, "small", depth: units, units: 2))
    return maker
  }

  /// The forms in which FULLY_CONNECTED reads `large/w`, and the versions of both layers.
  private func stored(_ result: Optimized) throws -> (weight: Tensor, versions: [Int32]) {
    let versions = result.file.operators(.fullyConnected).map {
      result.model.operatorCodes[Int($0.opcodeIndex)].version
    }
    return (try result.file.operand("FULLY_CONNECTED", 1), versions)
  }

  private func block(_ tensor: Tensor) -> Int? {
    tensor.sparsity.map { $0.blockMap == [1] ? Int($0.dimensions[2].denseSize) : 1 }
  }

  private func dense(_ tensor: Tensor, _ file: ModelFile) throws -> [UInt8] {
    let bytes = try file.bytes(of: tensor)
    guard tensor.sparsity != nil else { return bytes }
    let decoder = try SparseDecoder(tensor, storedBytes: bytes.count)
    return bytes.withUnsafeBytes { decoder.decoded($0) }
  }

  @Test(
    "Kernels read float weights themselves where that is no slower",
    arguments: [
      ("0.9", "block:1x4", 4), ("0.85", "block:1x4", 4), ("0.8", "block:1x4", nil),
      ("0.97", "unstructured", 1), ("0.9", "unstructured", nil), ("0.9", "block:1x16", 4),
    ] as [(String, String, Int?)])
  func float(sparsity: String, pattern: String, block: Int?) throws {
    let source = try model(columns: 256).file()
    let result = try Optimized(source, prune(sparsity, pattern))
    let (weight, versions) = try stored(result)
    #expect(self.block(weight) == block)
    // A code of its own for the sparse layer.
    #expect(versions == (block == nil ? [1, 1] : [8, 1]))
    #expect(result.file.count("DENSIFY") == (block == nil ? 1 : 0))
    #expect(result.file.bytes.count < 256 * 64 * 4)
  }

  @Test(
    "Sparse integers are those of the dense file", arguments: [QuantizeStep.Mode.int8, .dynamic])
  func integers(mode: QuantizeStep.Mode) throws {
    let source = try model(columns: 256).file()
    let samples = try IntegerModel.samples(of: source, 12)
    var quantize = QuantizeStep(mode: mode)
    quantize.integer?.effort = 0
    func optimized(_ step: any Step) throws -> Optimized {
      try Optimized(
        source, step, quantize,
        samples: CalibrationSource(count: samples.count) { samples[$0] })
    }
    let result = try optimized(prune("0.9", "block:1x16"))
    let plain = try optimized(
      try PruneStep([("sparsity", "0.9"), ("pattern", "block:1x16")]))
    let (weight, versions) = try stored(result)
    #expect(weight.type == .int8 && block(weight) == 16)
    #expect(versions[0] == 8 && versions[1] != 8)
    #expect(try dense(weight, result.file) == dense(stored(plain).weight, plain.file))
    #expect(result.file.bytes.count < plain.file.bytes.count)
    let (a, b) = (try Interpreter(result.file), try Interpreter(plain.file))
    // Sparse int8 kernels round in another way.
    let step =
      mode == .int8
      ? try #require(result.file.operand("DEQUANTIZE", 0).quantization?.scale?.first) : 0
    for sample in samples {
      let (x, y) = (try a.run(sample)[0].bytes, try b.run(sample)[0].bytes)
      for (x, y) in zip(x.elements(Float.self), y.elements(Float.self)) {
        #expect(abs(x - y) <= 1.01 * step + 1e-5 * max(1, abs(y)))
      }
    }
  }

  @Test("What no kernel reads sparse stays dense, with a reason")
  func refusals() throws {
    func reason(_ columns: Int32, _ quantize: (any Step)?, samples count: Int = 0) throws -> Reason?
    {
      let source = try model(columns: columns).file()
      let samples = try IntegerModel.samples(of: source, count)
      let calibration = CalibrationSource(count: samples.count) { samples[$0] }
      let step = try prune("0.9", "block:1x16")
      let result =
        try quantize.map { try Optimized(source, step, $0, samples: calibration) }
        ?? Optimized(source, step)
      #expect(try stored(result).weight.sparsity == nil)
      return result.reason("large/w")
    }
    #expect(
      try reason(250, .dynamic)
        == .hasRowsWithoutBlocks(.int8, columns: 250))
    #expect(
      try reason(4096, .dynamic) == .hasNoSparseKernel(.fullyConnected, .int8))
    #expect(
      try reason(256, .weightsOnly) == .hasNoSparseKernel(.fullyConnected, .int8))
    var wide = QuantizeStep(mode: .int16x8)
    wide.integer?.effort = 0
    #expect(
      try reason(256, wide, samples: 4)
        == .hasNoSparseKernel(.fullyConnected, .int8))
  }

  @Test func `Data that something else reads dense stays dense`() throws {
    var maker = model(columns: 256)
    let shared = maker.model.subgraphs[0].tensors.first { $0.label == "large/w" }?.buffer ?? 0
    let table = maker.constant("table", [64, 256], .float32, buffer: shared)
    let rows = maker.integers("rows", [1, 2])
    maker.output(
      maker.operation(
        "GATHER", [table, rows], "rows of it", [2, 256], options: OptionTag.gather))
    let result = try Optimized(maker.file(), prune("0.9", "block:1x4"))
    #expect(try stored(result).weight.sparsity == nil)
    #expect(result.reason("large/w") == .isNotTakenSparse(.gather))
  }

  @Test func `Weights that have their zeros already are encoded all the same`() throws {
    let source = try model(columns: 256).file()
    let first = try Optimized(
      source, try PruneStep([("sparsity", "0.9"), ("pattern", "block:1x4")]))
    let second = try Optimized(first.file, prune("0.9", "block:1x4"))
    #expect(second.outcome.isChanged)
    #expect(try block(stored(second).weight) == 4)
    #expect(second.file.bytes.count < first.file.bytes.count)
  }

  @Test func `Sparse weights are what they stand for in later runs`() throws {
    let source = try model(columns: 256).file()
    let samples = try IntegerModel.samples(of: source, 12)
    let calibration = CalibrationSource(count: samples.count) { samples[$0] }
    var quantize = QuantizeStep(mode: .int8)
    quantize.integer?.effort = 0
    let step = try prune("0.9", "block:1x16")
    let first = try Optimized(source, step)
    let second = try Optimized(first.file, quantize, samples: calibration)
    let plain = try Optimized(
      source, try PruneStep([("sparsity", "0.9"), ("pattern", "block:1x16")]))
    let both = try Optimized(plain.file, quantize, samples: calibration)
    let (weight, versions) = try stored(second)
    #expect(weight.type == .int8 && block(weight) == 16 && versions[0] == 8)
    #expect(try dense(weight, second.file) == dense(stored(both).weight, both.file))
    // Dense halves would be larger.
    let halves = try Optimized(first.file, .float16)
    #expect(try stored(halves).weight.sparsity == stored(first).weight.sparsity)
    let more = try Optimized(first.file, prune("0.95", "block:1x4"))
    #expect(try block(stored(more).weight) == 4)
    #expect(more.file.bytes.count < first.file.bytes.count)
  }

  @Test func `A sparse weight that stays is stored as it came`() throws {
    let source = try Optimized(model(columns: 256).file(), prune("0.9", "block:1x4"))
    let result = try Optimized(source.file, .dynamic, skip: ["large/w"])
    let (before, after) = (try stored(source), try stored(result))
    #expect(!result.outcome.isChanged && after.versions == before.versions)
    #expect(after.weight.sparsity == before.weight.sparsity)
    #expect(Array(result.file.bytes) == Array(source.file.bytes))
  }

  @Test func `Dense weights do not keep the version of sparse ones`() throws {
    var source = try model(columns: 256).file()
    let code = source.model.code(for: .fullyConnected, version: 8)
    for index in source.model.subgraphs[0].operators.indices {
      source.model.subgraphs[0].operators[index].opcodeIndex = code
    }
    #expect(try stored(Optimized(source, .dynamic)).versions == [12, 12])
  }
}
