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
  /// several threads; the error of the first sample that fails is thrown.
  public func run(
    over count: Int, includes: @escaping @Sendable (UInt64) -> Bool = { _ in true },
    _ sample: @escaping @Sendable (Int) throws -> [DenseArray]
  ) throws -> Result {
    let lanes = max(1, min(options.threads, count))
    let next = Atomic<Int>(0)
    let total = Mutex(CalibrationStatistics())
    let digests = Mutex([UInt64](repeating: 0, count: count))
    let failed = Mutex<(index: Int, error: any Error)?>(nil)
    Threads.inLanes(lanes) { _, _ in
      var index = -1
      do {
        let interpreter = try Interpreter(file, options: laneOptions)
        let collector = StatisticsCollector(file.model)
        while true {
          index = next.add(1, ordering: .relaxed).oldValue
          guard index < count, failed.withLock({ $0 == nil }) else { break }
          let arrays = try sample(index)
          let digest = SampleDigest.of(arrays)
          digests.withLock { $0[index] = digest }
          if includes(digest) { try collector.run(arrays, on: interpreter) }
        }
        try total.withLock { try $0.merge(collector.statistics) }
      } catch {
        failed.withLock { first in
          if index < first?.index ?? Int.max { first = (index, error) }
        }
      }
    }
    if let error = failed.withLock({ $0?.error }) { throw error }
    return Result(statistics: total.withLock { $0 }, digests: digests.withLock { $0 })
  }

  private var laneOptions: Interpreter.Options {
    var lane = options
    lane.threads = 1
    lane.skipsUnsupported = true
    return lane
  }
}
