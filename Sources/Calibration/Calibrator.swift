import Interpreter
import Platform
import Synchronization
import TFLite

/// Runs a float model on samples and gathers its statistics, a sample a thread.
public struct Calibrator: Sendable {
  /// What a run over samples gave.
  public struct Result: Sendable {
    public var statistics: CalibrationStatistics
    /// Of each sample, also of those that were left out.
    public var digests: [UInt64]
  }

  private let file: ModelFile
  private let options: Interpreter.Options

  /// `file.model` must be the float model whose tensors are asked for.
  public init(_ file: ModelFile, options: Interpreter.Options) {
    self.file = file
    self.options = options
  }

  /// Statistics over the samples `0..<count` whose digests `includes` takes. `sample` is called from
  /// several threads; the error of the first sample that fails is thrown. `averages` asks for moving
  /// averages too, for which a range for each tensor and sample is kept.
  public func run(
    over count: Int, averages: Bool = false,
    includes: @escaping @Sendable (UInt64) -> Bool = { _ in true },
    _ sample: @escaping @Sendable (Int) throws -> [DenseArray]
  ) throws -> Result {
    let lanes = max(1, min(options.threads, count))
    let next = Atomic<Int>(0)
    let total = Mutex(CalibrationStatistics())
    let extremes = Mutex<[(digest: UInt64, ranges: [TensorID: ClosedRange<Float>])]>([])
    let digests = Mutex([UInt64](repeating: 0, count: count))
    let failed = Mutex<(index: Int, error: any Error)?>(nil)
    Threads.inLanes(lanes) { _, _ in
      var index = -1
      do {
        let interpreter = try Interpreter(file, options: laneOptions)
        let collector = StatisticsCollector(file.model, keepsExtremes: averages)
        while true {
          index = next.add(1, ordering: .relaxed).oldValue
          guard index < count, failed.withLock({ $0 == nil }) else { break }
          let arrays = try sample(index)
          let digest = SampleDigest.of(arrays)
          digests.withLock { $0[index] = digest }
          if includes(digest) { try collector.run(arrays, digest: digest, on: interpreter) }
        }
        try total.withLock { try $0.merge(collector.statistics) }
        extremes.withLock { $0 += collector.extremes }
      } catch {
        failed.withLock { first in
          if index < first?.index ?? Int.max { first = (index, error) }
        }
      }
    }
    if let error = failed.withLock({ $0?.error }) { throw error }
    var statistics = total.withLock { $0 }
    statistics.averages = Self.movingAverages(extremes.withLock { $0 })
    return Result(statistics: statistics, digests: digests.withLock { $0 })
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

  private var laneOptions: Interpreter.Options {
    var lane = options
    lane.threads = 1
    lane.skipsUnsupported = true
    return lane
  }
}
