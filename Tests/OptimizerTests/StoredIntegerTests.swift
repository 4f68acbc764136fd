import Evaluation
import Interpreter
import Samples
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The written file's integers judge, against sorting and exhaustive search.
@Suite struct StoredIntegerTests {
  /// How a fully connected layer of 32 rows of 64 stores its weights.
  enum Form: String, CaseIterable {
    case int8, int8PerTensor, uint8, int4, hybrid, dequantized, float16

    var zeroPoint: Int32 { self == .uint8 ? 120 : 0 }
    var bits: Int { self == .int4 ? 4 : self == .float16 ? 16 : 8 }
    var isPerTensor: Bool { self == .int8PerTensor || self == .uint8 }
  }

  private struct Layer {
    let file: ModelFile
    /// The integers less the zero point, and what one step stands for.
    let steps: [Int]
    let scales: [Float]
    let reals: [Float]

    init(file: ModelFile, steps: [Int], scales: [Float]) {
      self.file = file
      self.steps = steps
      self.scales = scales
      reals = steps.enumerated().map { index, step in
        Float(step) * scales[scales.count == 1 ? 0 : index / 64]
      }
    }

    func scale(_ index: Int) -> Float { scales[scales.count == 1 ? 0 : index / 64] }
  }

  /// Rows of integers with peaks and some zeros; a row's scale is 1 + its number.
  private static func layer(_ form: Form, seed: UInt64 = 7) throws -> Layer {
    let most: Float = form == .int4 ? 7 : form == .uint8 ? 118 : 127
    let steps = weights(32 * 64, seed: seed).enumerated().map { index, value in
      index % 13 == 0 ? 0 : Int(max(-1, min(1, value * 1.5)) * most)
    }
    var scales = (0..<(form.isPerTensor ? 1 : 32)).map { 0.01 * Float(1 + $0) }
    var stored: [UInt8]
    switch form {
    case .int4:
      stored = stride(from: 0, to: steps.count, by: 2).map {
        UInt8(truncatingIfNeeded: steps[$0] & 15 | (steps[$0 + 1] & 15) << 4)
      }
    case .float16:
      scales = [Float(1) / 64]
      stored = [UInt8](of: steps.map { Self.half(Float($0) / 64) })
    default: stored = steps.map { UInt8(truncatingIfNeeded: $0 + Int(form.zeroPoint)) }
    }
    var maker = ModelMaker()
    let isFloat = [.hybrid, .dequantized, .float16].contains(form)
    let type: TensorType = form == .uint8 ? .uint8 : .int8
    let x = maker.input("x", [1, 64], isFloat ? .float32 : type)
    let types: [Form: TensorType] = [.uint8: .uint8, .int4: .int4, .float16: .float16]
    var weight = maker.constant("w", [32, 64], types[form] ?? .int8, bytes: stored)
    if form != .float16 {
      maker.edit(weight) {
        $0.quantization = Quantization(symmetric: scales)
        $0.quantization?.zeroPoint = scales.map { _ in Int64(form.zeroPoint) }
      }
    }
    if form == .dequantized || form == .float16 {
      weight = maker.operation("DEQUANTIZE", [weight], "w_float", [32, 64])
    }
    let bias =
      isFloat
      ? maker.constant("b", [32], weights(32, seed: 4))
      : maker.constant("b", [32], .int32, bytes: [UInt8](of: (0..<32).map { Int32($0 * 100) }))
    let y = maker.operation(
      "FULLY_CONNECTED", [x, weight, bias], "y", [1, 32], options: OptionTag.fullyConnected)
    maker.output(y)
    if !isFloat {
      maker.edit(y) { $0.type = type }
      maker.quantize(x, type, 0.01, Int64(form.zeroPoint))
      maker.quantize(y, type, 0.5, Int64(form.zeroPoint))
      maker.edit(bias) { $0.quantization = Quantization(symmetric: scales.map { $0 * 0.01 }) }
    }
    return Layer(file: try maker.file(), steps: steps, scales: scales)
  }

  /// The weight's integers less the zero point; of halves, 64 times the value.
  private func steps(_ form: Form, in result: Optimized) throws -> [Int] {
    let bytes = try result.file.bytes(of: try #require(result.file.tensor("w")))
    switch form {
    case .int4:
      return bytes.flatMap { [$0 << 4, $0].map { Int(Int8(bitPattern: $0) >> 4) } }
    case .float16: return bytes.elements(UInt16.self).map { Int((Self.float($0) * 64).rounded()) }
    case .uint8: return bytes.map { Int($0) - Int(form.zeroPoint) }
    default: return bytes.map { Int(Int8(bitPattern: $0)) }
    }
  }

  /// Of zero and of normal halves.
  private static func half(_ value: Float) -> UInt16 {
    guard value != 0 else { return 0 }
    let bits: UInt32 = value.magnitude.bitPattern
    let magnitude: UInt32 = (bits >> 13) - (112 << 10)
    return UInt16(magnitude) | (value < 0 ? 0x8000 : 0)
  }

  private static func float(_ half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF)
    guard magnitude > 0 else { return 0 }
    let bits: UInt32 = (magnitude + (112 << 10)) << 13
    return half & 0x8000 == 0 ? Float(bitPattern: bits) : -Float(bitPattern: bits)
  }

  /// All but the weight's content is as it was.
  private func expectRest(of result: Optimized, _ source: ModelFile) throws {
    #expect(result.file.kinds == source.kinds)
    for before in source.model.subgraphs[0].tensors {
      let after = try #require(result.file.tensor(before.label))
      #expect(after.type == before.type && after.quantization == before.quantization)
      guard before.label != "w" else { continue }
      #expect(try result.file.bytes(of: after) == source.bytes(of: before), "\(before.label)")
    }
  }

  // MARK: Pruning

  @Test("The least magnitudes go, in reals; all other integers stay", arguments: Form.allCases)
  func prune(form: Form) throws {
    let layer = try Self.layer(form)
    let result = try Optimized(layer.file, PruneStep([("sparsity", "0.6")]))
    try expectRest(of: result, layer.file)
    let found = try steps(form, in: result)
    let wanted = Int((0.6 * Double(found.count)).rounded())
    #expect(found.count { $0 == 0 } == wanted)
    let order = layer.reals.indices.sorted {
      (abs(layer.reals[$0]), $0) < (abs(layer.reals[$1]), $1)
    }
    for (rank, index) in order.enumerated() {
      #expect(found[index] == (rank < wanted ? 0 : layer.steps[index]))
    }
    #expect(result.outcome.pruning.zeros.values.map(\.zeros) == [wanted])
    let gone = order.prefix(wanted).reduce(0.0) { $0 + pow(Double(layer.reals[$1])) }
    let all = layer.reals.reduce(0.0) { $0 + pow(Double($1)) }
    #expect(abs(result.outcome.log.weightError - (gone / all).squareRoot()) < 1e-5)
  }

  private func pow(_ value: Double) -> Double { value * value }

  @Test("At most two of four stay", arguments: Form.allCases)
  func groups(form: Form) throws {
    let layer = try Self.layer(form)
    let result = try Optimized(layer.file, PruneStep([("pattern", "2:4")]))
    try expectRest(of: result, layer.file)
    let found = try steps(form, in: result)
    for first in stride(from: 0, to: found.count, by: 4) {
      let places = first..<first + 4
      #expect(places.count { found[$0] != 0 } <= 2)
      let least = places.filter { found[$0] != 0 }.map { abs(layer.steps[$0]) }.min() ?? 0
      for place in places where found[place] == 0 { #expect(abs(layer.steps[place]) <= least) }
      for place in places where found[place] != 0 { #expect(found[place] == layer.steps[place]) }
    }
  }

  @Test func `Pruned int8 weights are stored sparse where the kernel reads them so`() throws {
    let layer = try Self.layer(.int8)
    let result = try Optimized(
      layer.file,
      PruneStep([("sparsity", "0.75"), ("pattern", "block:1x16"), ("encode-sparse", "true")]))
    let weight = try #require(result.file.tensor("w"))
    let sparsity = try #require(weight.sparsity)
    #expect(weight.type == .int8 && sparsity.blockMap == [1])
    #expect(result.file.version("FULLY_CONNECTED") == [8])
    let decoder = try SparseDecoder(weight, storedBytes: 32 * 64 / 4)
    let dense = try result.file.bytes(of: weight).withUnsafeBytes { decoder.decoded($0) }
      .elements(Int8.self)
    for (index, value) in dense.enumerated() where value != 0 {
      #expect(Int(value) == layer.steps[index])
    }
  }

  @Test func `Integers that an operator reads behind DEQUANTIZE and directly stay`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 32])
    let weight = maker.constant(
      "w", [32, 32], .int8, bytes: (0..<1024).map { UInt8(truncatingIfNeeded: $0 * 37) })
    maker.quantize(weight, .int8, 0.1, 0)
    let decoded = maker.operation("DEQUANTIZE", [weight], "w_float", [32, 32])
    let first = maker.operation(
      "FULLY_CONNECTED", [x, decoded, -1], "y", [1, 32], options: OptionTag.fullyConnected)
    let second = maker.operation(
      "FULLY_CONNECTED", [first, weight, -1], "z", [1, 32], options: OptionTag.fullyConnected)
    maker.output(second)
    let result = try Optimized(maker.file(), PruneStep([("sparsity", "0.5")]))
    #expect(!result.outcome.isChanged)
    #expect(result.reason("w_float") == .isReadAsIntegersToo)
  }

  @Test func `With samples kept integers and biases move, scales stay, and outputs gain`() throws {
    let source = try Fixtures.open("digits_cnn_int8")
    let digits = try Lifted.digits()
    let samples = CalibrationSource(count: digits.count) { digits[$0] }
    let step = try PruneStep([("sparsity", "0.7")])
    let plain = try Optimized(source, step)
    let solved = try Optimized(source, step, samples: samples)
    var moved = 0
    for before in source.model.subgraphs[0].tensors {
      let after = try #require(solved.file.tensor(before.label))
      #expect(after.type == before.type && after.quantization == before.quantization)
      if before.type == .int32, try solved.file.bytes(of: after) != source.bytes(of: before) {
        moved += 1
      }
    }
    #expect(solved.file.kinds == source.kinds && moved > 0)
    let expected = try outputs(source, digits)
    func error(_ result: Optimized) throws -> Double {
      let found = try outputs(result.file, digits)
      return found.indices.reduce(0.0) { $0 + pow(Double(found[$1] - expected[$1])) }
    }
    #expect(try error(solved) < error(plain) / 2)
    let zeros = solved.outcome.pruning.zeros
    for (id, found) in zeros {
      let tensor = try #require(solved.file.tensor(source.model[id].label))
      #expect(try solved.file.bytes(of: tensor).count { $0 == 0 } == found.zeros)
    }
    let elements = zeros.values.map(\.elements).reduce(0, +)
    let found = zeros.values.map(\.zeros).reduce(0, +)
    #expect(Double(found) >= 0.699 * Double(elements))
  }

  /// The first output, of all samples.
  private func outputs(_ file: ModelFile, _ samples: [[DenseArray]]) throws -> [Float] {
    let run = try Interpreter(file)
    return try samples.flatMap { sample in
      try run.run(sample)[0].bytes.elements(Float.self)
    }
  }

  // MARK: Clusters

  @Test(
    "A tensor has at most so many integers", arguments: Form.allCases, [2, 4, 16])
  func cluster(form: Form, clusters: Int) throws {
    let layer = try Self.layer(form)
    let result = try Optimized(layer.file, ClusterTests.step(clusters))
    try expectRest(of: result, layer.file)
    // Sixteen values are all that int4 has.
    guard form != .int4 || clusters < 15 else { return }
    let bytes = try result.file.bytes(of: try #require(result.file.tensor("w")))
    let found = try steps(form, in: result)
    let distinct =
      form == .float16 ? Set(bytes.elements(UInt16.self)).count : Set(found).count
    #expect(distinct == clusters)
    for index in found.indices where layer.steps[index] == 0 { #expect(found[index] == 0) }
    guard form != .float16 else { return }
    let levels = Set(found)
    for index in found.indices where layer.steps[index] != 0 {
      let nearest = levels.map { abs($0 - layer.steps[index]) }.min() ?? 0
      #expect(abs(found[index] - layer.steps[index]) == nearest)
    }
    let apart = found.indices.reduce(0.0) {
      $0 + pow(Double(Float(found[$1]) * layer.scale($1) - layer.reals[$1]))
    }
    let all = layer.reals.reduce(0.0) { $0 + pow(Double($1)) }
    #expect(abs(result.outcome.log.weightError - (apart / all).squareRoot()) < 1e-4)
  }

  @Test(
    "Channels have integers of their own, a model shares them",
    arguments: [Form.int8, .hybrid, .dequantized, .uint8], [ClusterScope.channel, .shared])
  func scopes(form: Form, scope: ClusterScope) throws {
    let layer = try Self.layer(form)
    let result = try Optimized(layer.file, ClusterTests.step(8) { $0.scope = scope })
    try expectRest(of: result, layer.file)
    let found = try steps(form, in: result)
    let rows = scope == .channel ? ClusterTests.rows(found) : [found]
    for row in rows { #expect(Set(row).count <= 8) }
    #expect(scope == .shared || Set(found).count > 30)
  }

  @Test func `Zero points by channel take integers by channel`() throws {
    var file = try Self.layer(.dequantized).file
    let weight = Int(try #require(file.index("w")))
    file.model.subgraphs[0].tensors[weight].quantization?.zeroPoint = (0..<32).map { $0 - 9 }
    let before = try file.bytes(of: try #require(file.tensor("w"))).map { Int8(bitPattern: $0) }
    let refused = try Optimized(file, ClusterTests.step(8))
    #expect(!refused.outcome.isChanged)
    #expect(refused.reason("w_float") == .hasZeroPointsByChannel)
    let result = try Optimized(file, ClusterTests.step(8) { $0.scope = .channel })
    let found = try result.file.bytes(of: try #require(result.file.tensor("w")))
      .map { Int8(bitPattern: $0) }
    for (row, (old, new)) in zip(ClusterTests.rows(before), ClusterTests.rows(found)).enumerated() {
      #expect(Set(new).count <= 8)
      let zero = Int8(row - 9)
      for (was, now) in zip(old, new) where was == zero { #expect(now == zero) }
    }
  }

  @Test func `Integer levels equal the best of all choices`() {
    let integers = weights(40, seed: 11).map { Double(Int(max(-1, min(1, $0)) * 20)) }.sorted()
    let counts = weights(40, seed: 12).map { 1 + abs(Double($0)) }
    let points = WeightedPoints(values: integers, weights: counts)
    func error(_ levels: [Int]) -> Double {
      zip(integers, counts).reduce(0) { total, point in
        let apart = levels.map { abs(Double($0) - point.0) }.min() ?? 0
        return total + point.1 * apart * apart
      }
    }
    for hasZero in [false, true] {
      let found = IntegerClusters(points, within: -21...20, hasZero: hasZero).levels(3)
      var best = Double.infinity
      for first in -21...20 {
        for second in first...20 {
          for third in second...20 where !hasZero || [first, second, third].contains(0) {
            best = min(best, error([first, second, third]))
          }
        }
      }
      #expect(abs(error(found) - best) < 1e-9 * best && found == found.sorted())
      #expect(!hasZero || found.contains(0))
    }
  }

  @Test(
    "Integers survive the way to reals and back",
    arguments: [TensorType.int8, .uint8, .int4, .int2])
  func roundTrip(type: TensorType) throws {
    var tensor = Tensor()
    tensor.type = type
    tensor.shape = [3, 85]
    tensor.quantization = Quantization(symmetric: [0.013, 1e-6, 7])
    tensor.quantization?.zeroPoint = type == .uint8 ? [0, 128, 255] : [0, 0, 0]
    let encoding = try #require(StoredIntegers(tensor))
    var bytes = (0..<(type.byteCount(elements: 255) ?? 0)).map {
      UInt8(truncatingIfNeeded: $0 * 37)
    }
    if type == .int4 { bytes[bytes.count - 1] &= 0x0F }
    if type == .int2 { bytes[bytes.count - 1] &= 0x3F }
    let values = encoding.values(of: .bytes(bytes), count: 255)
    let file = try ModelMaker().file()
    #expect(try file.bytes(of: encoding.integers(of: values, count: 255)) == bytes)
  }
}
