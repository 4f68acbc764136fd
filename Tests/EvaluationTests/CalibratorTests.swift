import Foundation
import Interpreter
import Platform
import Samples
import TFLite
import TestSupport
import Testing

@testable import Evaluation

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
    _ file: ModelFile, _ samples: [[DenseArray]], threads: Int = 1, holdout: Double = 0,
    averages: Bool = false
  ) throws -> CalibrationStatistics {
    var options = Interpreter.Options()
    options.threads = threads
    let source = SampleSource(count: samples.count, split: SampleSplit(holdout: holdout)) {
      samples[$0]
    }
    return try Calibrator(file, options: options).statistics(on: source, averages: averages)
  }

  @Test("Moving averages follow their definition, whatever the order and the number of threads")
  func movingAverages() throws {
    let file = try Fixtures.open("keyword_1d")
    let samples = try Self.samples(file, 5)
    let found = try Self.run(file, samples.reversed(), threads: 2, averages: true)
    var (least, greatest) = ([Float](), [Float]())
    for sample in samples.sorted(by: { SampleDigest.of($0) < SampleDigest.of($1) }) {
      let values = sample[0].bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      least.append(least.last.map { 0.95 * $0 + 0.05 * low } ?? low)
      greatest.append(greatest.last.map { 0.95 * $0 + 0.05 * high } ?? high)
    }
    let input = TensorID(0, try #require(file.model.subgraphs[0].inputs?.first))
    let range = try #require(found.averages[input])
    #expect(abs(range.lowerBound - least[4]) < 1e-6 && abs(range.upperBound - greatest[4]) < 1e-6)
    #expect(range.lowerBound > found.tensors[input]?.least ?? 0)
    #expect(try Self.run(file, samples).averages.isEmpty)
  }

  @Test("Order, threads and shards do not matter", arguments: models)
  func order(name: String) throws {
    let file = try Fixtures.open(name)
    let samples = try Self.samples(file, 7)
    let expected = try Self.run(file, samples)
    #expect(expected.samples == 7 && !expected.products.isEmpty)
    var generator = SeededRandom(seed: 3)
    for threads in 1...3 {
      let shuffled = samples.shuffled(using: &generator)
      #expect(try Self.run(file, shuffled, threads: threads) == expected)
    }
    var merged = try Self.run(file, Array(samples[4...]))
    try merged.merge(Self.run(file, Array(samples[..<4])))
    #expect(merged == expected)
  }

  @Test func `The input's values are counted, those of samples that are left out are not`() throws {
    let file = try Fixtures.open("digits_cnn")
    let samples = try Self.samples(file, 4)
    let digests = samples.map(SampleDigest.of)
    // A holdout between the two least digests, as shares of all that there are, leaves out one.
    let shares = digests.map { Double($0 >> 11) * 0x1p-53 }.sorted()
    let holdout = (shares[0] + shares[1]) / 2
    let kept = zip(samples, digests).filter {
      SampleSplit(holdout: holdout).isForCalibration($0.1)
    }
    let found = try Self.run(file, samples, holdout: holdout)
    #expect(kept.count == 3 && found.samples == 3)
    let input = try #require(file.model.subgraphs[0].inputs?.first)
    let statistics = try #require(found.tensors[TensorID(0, input)])
    let values = kept.flatMap { arrays, _ in
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
      let source = SampleSource(count: 5) { index in
        guard index < 3 else { throw Unreadable() }
        return samples[index]
      }
      _ = try Calibrator(file, options: .init()).statistics(on: source)
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
