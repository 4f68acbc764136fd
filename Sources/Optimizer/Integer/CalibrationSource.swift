import Calibration
import TFLite

/// Where a pass gets what a model's tensors hold: statistics, or samples to run it on, or both.
public struct CalibrationSource: Sendable {
  /// Gathered before; they stand for the samples.
  public var statistics: CalibrationStatistics?
  /// Samples that there are.
  public var count = 0
  /// An array for each input, in the model's order; called from several threads.
  public var sample: @Sendable (Int) throws -> [DenseArray]
  /// Which samples ranges are made from.
  public var split = SampleSplit(holdout: 0)
  /// Ranges that the inputs of subgraph 0 are known to keep, by position.
  public var inputRanges: [Int: ClosedRange<Float>] = [:]

  public init(
    statistics: CalibrationStatistics? = nil, count: Int = 0,
    sample: @escaping @Sendable (Int) throws -> [DenseArray] = { _ in [] }
  ) {
    self.statistics = statistics
    self.count = count
    self.sample = sample
  }

  func knownRanges(
    of model: Model, signature: String?
  ) -> [TensorID: ClosedRange<Float>] {
    let chosen = model.signatures.first { $0.key?.description == signature }
    guard chosen?.subgraphIndex ?? 0 == 0 else { return [:] }
    var known: [TensorID: ClosedRange<Float>] = [:]
    for (position, tensor) in (model.subgraphs.first?.inputs ?? []).enumerated() where tensor >= 0 {
      known[TensorID(0, tensor)] = inputRanges[position]
    }
    return known
  }
}
