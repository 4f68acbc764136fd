import Compression
import Pipelines
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// LiteRT's reference kernels judge decoding: what DENSIFY and DEQUANTIZE gave in the interpreter
/// was recorded by `Tools/record-optimizer-vectors.py`.
@Suite struct DecodingTests {
  static let sparse = [
    "worked_example", "rows", "columns", "both_levels", "blocks", "square_blocks", "rank_4",
    "rank_4_permuted", "halves", "bytes", "nothing",
  ]

  @Test("A sparse constant decodes to what DENSIFY gives", arguments: sparse)
  func densify(name: String) throws {
    let file = try Fixtures.openVector(name)
    let tensor = try #require(file.tensor("sparse"))
    let stored = try file.bytes(of: tensor)
    let decoder = try SparseDecoder(tensor, storedBytes: stored.count)
    let dense = stored.withUnsafeBytes { decoder.decoded($0) }
    #expect(dense == (try Fixtures.vector("\(name).bin")))
  }

  @Test func `The worked example of the format decodes as it is written down`() throws {
    let file = try Fixtures.openVector("worked_example")
    let tensor = try #require(file.tensor("sparse"))
    let stored = try file.bytes(of: tensor)
    #expect(stored.elements(Float.self) == [1, 2, 0, 4])
    let decoder = try SparseDecoder(tensor, storedBytes: stored.count)
    let dense = stored.withUnsafeBytes { decoder.decoded($0) }.elements(Float.self)
    #expect(dense == [0, 0, 0, 0, 1, 2, 0, 4] + [Float](repeating: 0, count: 8))
  }

  static let stored = [
    "wide_halves", "wide_int8", "wide_uint8", "wide_int16", "wide_axis_0", "wide_axis_1",
    "wide_axis_2",
  ]

  @Test("An encoded constant becomes what DEQUANTIZE gives, bit for bit", arguments: stored)
  func dequantize(name: String) throws {
    let file = try Fixtures.openVector(name)
    let tensor = try #require(file.tensor("stored"))
    let transform: any TensorTransform =
      tensor.type == .float16 ? FromFloat16() : FromIntegers(try #require(StoredIntegers(tensor)))
    let golden = try Fixtures.vector("\(name).bin")
    let data = TensorData.deferred(
      DeferredData(
        source: try #require(file.model.data(of: tensor)), transform: transform,
        count: golden.count))
    #expect(try file.bytes(of: data) == golden)
    // Parts must give the same as the whole.
    let reader = DataReader(data, file: file.bytes)
    for start in stride(from: 0, to: golden.count, by: 20) {
      let range = start..<min(start + 20, golden.count)
      // The map must outlive the reader's pointer into it.
      let part = try withExtendedLifetime(file) { try reader.withBytes(in: range) { Array($0) } }
      #expect(part == Array(golden[range]))
    }
  }

  @Test("Folding the fixtures gives the values that the runtime computes")
  func folding() throws {
    let lines = String(decoding: try Fixtures.vector("decoded.txt"), as: UTF8.self)
      .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.count == 17)
    for line in lines {
      let file = try Fixtures.open(line[0])
      var model = file.model
      var job = Job(file: file, options: RunOptions(), selection: Selection())
      try FoldConstants().run(on: &model, in: &job)
      let id = TensorID(0, try #require(Int(line[1])))
      let bytes = try file.bytes(of: model.data(of: id))
      let checksum = bytes.withUnsafeBytes { CRC32.checksum(of: $0) }
      #expect(bytes.count == Int(line[2]))
      #expect(checksum == UInt32(line[3], radix: 16), "\(line)")
    }
  }

  @Test func `Folding removes decoders and changes nothing else`() throws {
    for (name, decoders) in [("sparse_float16", 2), ("digits_cnn_float16", 14), ("bmm", 0)] {
      let file = try Fixtures.open(name)
      var model = file.model
      var job = Job(file: file, options: RunOptions(), selection: Selection())
      try FoldConstants().run(on: &model, in: &job)
      #expect(job.decoded.constants.count == decoders)
      let kept = file.model.subgraphs[0].operators.filter {
        !["DEQUANTIZE", "DENSIFY"].contains(file.model.name(of: $0))
      }
      #expect(model.subgraphs[0].operators == kept)
      #expect(model.subgraphs[0].tensors.count == file.model.subgraphs[0].tensors.count)
    }
  }

  @Test func `A decoded constant that is an output of the model is left alone`() throws {
    let file = try Fixtures.openVector("rows")
    var model = file.model
    var job = Job(file: file, options: RunOptions(), selection: Selection())
    try FoldConstants().run(on: &model, in: &job)
    #expect(job.decoded.constants.isEmpty)
    #expect(model == file.model)
  }

  /// What `Fixtures/Malformed/README.md` says is wrong.
  static let malformed = [
    "sparse_segments_order", "sparse_segments_end", "sparse_segments_count", "sparse_index",
    "sparse_no_indices", "sparse_dense_size", "sparse_traversal", "sparse_block_map",
    "sparse_data",
  ]

  @Test("A sparse encoding that contradicts itself is refused", arguments: malformed)
  func refused(name: String) throws {
    let path = "\(Fixtures.malformed)/\(name).tflite"
    let file = try ModelFile(openMap(path))
    let tensor = try #require(file.tensor("sparse"))
    let count = file.model.data(of: tensor)?.count ?? 0
    let fault = #expect(throws: SparsityFault.self) {
      try SparseDecoder(tensor, storedBytes: count)
    }
    guard case .malformed? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
    #expect(throws: OptimizerFault.self) {
      try Pipeline([.float16], options: RunOptions()).run(on: file)
    }
  }

  @Test func `A few bytes that describe a huge tensor are refused with its size`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 65536])
    let sparse = maker.constant("sparse", [65536, 65536], [1])
    func level(_ index: Int32) -> DimensionMetadata {
      var level = DimensionMetadata()
      level.format = 1
      (level.segmentsType, level.segments) = (1, .int32([0, 1]))
      (level.indicesType, level.indices) = (1, .int32([index]))
      return level
    }
    maker.edit(sparse) {
      var sparsity = Sparsity()
      sparsity.traversalOrder = [0, 1]
      sparsity.dimensions = [level(7), level(9)]
      $0.sparsity = sparsity
    }
    let dense = maker.operation("DENSIFY", [sparse], "dense", [65536, 65536])
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, dense, -1], "y", [1, 65536], options: OptionTag.fullyConnected))
    let file = try maker.file()
    let fault = #expect(throws: OptimizerFault.self) {
      try Pipeline([.dynamic], options: RunOptions()).run(on: file)
    }
    let bytes = 4 << 32
    guard case .sparsity(TensorID(0, 1), "sparse", .tooLarge(bytes, _))? = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }
}
