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

  /// Returns statistics over the calibration samples, or over the held-out ones. Throws the error
  /// of the first sample that fails. `averages` asks for moving averages too, for which a range for
  /// each tensor and sample is kept.
  package func statistics(
    on samples: SampleSource, averages: Bool = false, ofHeldOut: Bool = false
  ) throws -> CalibrationStatistics {
    let pool = try LanePool(options, most: samples.count) { options in
      CountingLane(
        interpreter: try Interpreter(file, options: options),
        collector: StatisticsCollector(file.model, keepsExtremes: averages))
    }
    let stage = ProgressStage("calibrating", of: samples.count, "samples")
    defer { stage.end() }
    try pool.forEach(0..<samples.count) { lane, index in
      defer { stage.advance() }
      let digest = try samples.digest(index)
      guard samples.split.isForCalibration(digest) != ofHeldOut else { return }
      try lane.collector.run(try samples.sample(index), digest: digest, on: lane.interpreter)
    }
    var statistics = CalibrationStatistics()
    for lane in pool.lanes { try statistics.merge(lane.collector.statistics) }
    statistics.averages = Self.movingAverages(pool.lanes.flatMap(\.collector.extremes))
    return statistics
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
