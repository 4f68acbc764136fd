import Interpreter
import Platform
import Samples
import TFLite

/// Runs a float model on samples and collects its statistics, one sample per thread.
package struct Calibrator: Sendable {
  private let file: ModelFile
  private let options: Interpreter.Options

  private struct CountingLane: Lane, @unchecked Sendable {
    let interpreter: Interpreter
    let collector: StatisticsCollector

    var interpreters: [Interpreter] { [interpreter] }
  }

  /// `file.model` must be the float model whose tensors are observed.
  package init(_ file: ModelFile, options: Interpreter.Options) {
    self.file = file
    self.options = options
  }

  /// Returns statistics over the calibration samples. Throws the error of the first sample that
  /// fails. `averages` asks for moving averages too, for which a range for each tensor and sample is
  /// kept.
  package func statistics(
    on samples: SampleSource, averages: Bool = false
  ) throws -> CalibrationStatistics {
    let collectors = try collectors(samples, keepingExtremes: averages, ofHeldOut: false)
    var statistics = CalibrationStatistics()
    for collector in collectors { try statistics.merge(collector.statistics) }
    statistics.averages = Self.movingAverages(collectors.flatMap(\.extremes))
    return statistics
  }

  /// Returns the ranges of tensors on held-out samples: for each index of `single` on that sample, and
  /// then on all others together.
  package func rangesOfHeldOut(
    _ samples: SampleSource, single: [Int]
  ) throws -> [[TensorID: ClosedRange<Float>]] {
    let digests = try single.map(samples.digest)
    let kept = Set(digests)
    let collectors = try collectors(samples, keepingExtremes: true, ofHeldOut: true) {
      if !kept.contains($1) { $0.joinLast() }
    }
    let found = Dictionary(collectors.flatMap(\.extremes).map { ($0.digest, $0.ranges) }) {
      one, _ in one
    }
    var others: [TensorID: ClosedRange<Float>] = [:]
    for collector in collectors { others.merge(collector.joined) { $0.joined(with: $1) } }
    return digests.map { found[$0] ?? [:] } + [others]
  }

  private func collectors(
    _ samples: SampleSource, keepingExtremes: Bool, ofHeldOut: Bool,
    _ after: @Sendable (StatisticsCollector, UInt64) -> Void = { _, _ in }
  ) throws -> [StatisticsCollector] {
    let pool = try LanePool(options, most: samples.count) { options in
      CountingLane(
        interpreter: try Interpreter(file, options: options),
        collector: StatisticsCollector(file.model, keepsExtremes: keepingExtremes))
    }
    let stage = ProgressStage("calibrating", of: samples.count, "samples")
    defer { stage.end() }
    try pool.forEach(0..<samples.count) { lane, index in
      defer { stage.advance() }
      let digest = try samples.digest(index)
      guard samples.split.isForCalibration(digest) != ofHeldOut else { return }
      try lane.collector.run(try samples.sample(index), digest: digest, on: lane.interpreter)
      after(lane.collector, digest)
    }
    return pool.lanes.map(\.collector)
  }

  private static func movingAverages(
    _ extremes: [(digest: UInt64, ranges: [TensorID: ClosedRange<Float>])]
  ) -> [TensorID: ClosedRange<Float>] {
    var averages: [TensorID: ClosedRange<Float>] = [:]
    for (_, ranges) in extremes.sorted(by: { $0.digest < $1.digest }) {
      for (id, range) in ranges {
        guard let old = averages[id] else {
          averages[id] = range
          continue
        }
        let low = 0.95 * old.lowerBound + 0.05 * range.lowerBound
        averages[id] = low...0.95 * old.upperBound + 0.05 * range.upperBound
      }
    }
    return averages
  }
}
