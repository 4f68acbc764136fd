import Foundation
import Interpreter
import Platform
import TFLite
import TestSupport
import Testing

@testable import Calibration

/// Samples however they are shared out, and the definition of a histogram for the input, judge.
@Suite struct CalibratorTests {
  static let models = ["digits_cnn", "keyword_1d", "sequence_lstm", "transpose_conv_prelu"]

  private static func samples(_ file: ModelFile, _ count: Int) throws -> [[DenseArray]] {
    let ports = try Interpreter(file).inputs
    var generator = SeededRandom(seed: 12)
    return (0..<count).map { _ in
      ports.map { port in
        let values = (0..<port.shape.reduce(1, *)).map { _ in
          Float.random(in: -1...1, using: &generator)
        }
        return DenseArray(
          .float32, shape: port.shape, bytes: values.withUnsafeBytes { Array($0) })
      }
    }
  }

  private static func run(
    _ file: ModelFile, _ samples: [[DenseArray]], threads: Int = 1,
    includes: @escaping @Sendable (UInt64) -> Bool = { _ in true }
  ) throws -> Calibrator.Result {
    var options = Interpreter.Options()
    options.threads = threads
    return try Calibrator(file, options: options)
      .run(over: samples.count, includes: includes) { samples[$0] }
  }

  @Test("Moving averages follow their definition, whatever the order and the number of threads")
  func movingAverages() throws {
    let file = try Fixtures.open("keyword_1d")
    let samples = try Self.samples(file, 5)
    var options = Interpreter.Options()
    options.threads = 2
    let shuffled = Array(samples.reversed())
    let found = try Calibrator(file, options: options)
      .run(over: samples.count, averages: true) { shuffled[$0] }
    var (least, greatest) = ([Float](), [Float]())
    for sample in samples.sorted(by: { SampleDigest.of($0) < SampleDigest.of($1) }) {
      let values = sample[0].bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      least.append(least.last.map { 0.95 * $0 + 0.05 * low } ?? low)
      greatest.append(greatest.last.map { 0.95 * $0 + 0.05 * high } ?? high)
    }
    let input = TensorID(0, try #require(file.model.subgraphs[0].inputs?.first))
    let range = try #require(found.statistics.averages[input])
    #expect(abs(range.lowerBound - least[4]) < 1e-6 && abs(range.upperBound - greatest[4]) < 1e-6)
    #expect(range.lowerBound > found.statistics.tensors[input]?.least ?? 0)
    #expect(try Self.run(file, samples).statistics.averages.isEmpty)
  }

  @Test("Order, threads and shards do not matter", arguments: models)
  func order(name: String) throws {
    let file = try Fixtures.open(name)
    let samples = try Self.samples(file, 7)
    let expected = try Self.run(file, samples)
    #expect(expected.statistics.samples == 7 && !expected.statistics.products.isEmpty)
    var generator = SeededRandom(seed: 3)
    for threads in 1...3 {
      let shuffled = samples.shuffled(using: &generator)
      let found = try Self.run(file, shuffled, threads: threads)
      #expect(found.statistics == expected.statistics)
      #expect(Set(found.digests) == Set(expected.digests))
    }
    var merged = try Self.run(file, Array(samples[4...])).statistics
    try merged.merge(Self.run(file, Array(samples[..<4])).statistics)
    #expect(merged == expected.statistics)
  }

  @Test func `The input's values are counted, those of samples that are left out are not`() throws {
    let file = try Fixtures.open("digits_cnn")
    let samples = try Self.samples(file, 4)
    let digests = try Self.run(file, samples).digests
    let kept = Set(digests.prefix(3))
    let found = try Self.run(file, samples, includes: kept.contains)
    #expect(found.digests == digests && found.statistics.samples == 3)
    let input = try #require(file.model.subgraphs[0].inputs?.first)
    let statistics = try #require(found.statistics.tensors[TensorID(0, input)])
    let values = samples.prefix(3).flatMap { arrays in
      arrays[0].bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    #expect(statistics.histogram.total == UInt64(values.count))
    #expect(statistics.least == values.min() && statistics.greatest == values.max())
  }

  @Test func `The error of a sample is thrown, and no sample after it is asked for twice`() throws {
    struct Unreadable: Error {}
    let file = try Fixtures.open("digits_cnn")
    let samples = try Self.samples(file, 3)
    #expect(throws: Unreadable.self) {
      _ = try Calibrator(file, options: .init()).run(over: 5) { index in
        guard index < 3 else { throw Unreadable() }
        return samples[index]
      }
    }
  }

  @Test func `Statistics of another model are refused`() throws {
    let one = TensorID(0, 1)
    var statistics = CalibrationStatistics(
      samples: 1, tensors: [:], products: [one: .init(sums: [ExactSum(1)], positions: 1)])
    let other = CalibrationStatistics(
      samples: 1, tensors: [:],
      products: [one: .init(sums: [ExactSum(1), ExactSum(2)], positions: 1)])
    #expect(throws: CalibrationFault.otherModel) { try statistics.merge(other) }
  }

  @Test func `Digests tell contents apart, and names do not matter`() {
    func digest(_ bytes: [UInt8]...) -> UInt64 {
      SampleDigest.of(bytes.map { DenseArray(.uint8, shape: [$0.count], bytes: $0) })
    }
    #expect(digest([1, 2, 3]) == digest([1, 2, 3]))
    let different = [
      digest([1, 2, 3]), digest([3, 2, 1]), digest([1, 2], [3]), digest([1], [2, 3]), digest([]),
      digest([1, 2, 3, 0]), digest(Array(repeating: 0, count: 8)),
      digest(Array(repeating: 0, count: 16)),
    ]
    #expect(Set(different).count == different.count)
  }
}
