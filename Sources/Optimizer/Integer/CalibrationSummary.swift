import Calibration
import TFLite

/// What a calibration was made from, and what is doubtful about it.
public struct CalibrationSummary: Sendable {
  public var samples = 0
  /// Of all samples, held-out ones included.
  public var digests: [UInt64] = []
  public var warnings: [String] = []

  /// Fewer say little about what inputs can be.
  public static let fewSamples = 10

  mutating func notice(_ statistics: CalibrationStatistics, in model: Model) {
    if statistics.samples < Self.fewSamples {
      warnings.append(
        "calibrated on \(statistics.samples) sample\(statistics.samples == 1 ? "" : "s"); "
          + "100 or more make better ranges")
    }
    let repeated = digests.count - Set(digests).count
    if repeated > 0 { warnings.append("\(repeated) of \(digests.count) samples are repeated") }
    for (index, subgraph) in model.subgraphs.enumerated() {
      for tensor in subgraph.inputs ?? [] where tensor >= 0 {
        guard let found = statistics.tensors[TensorID(index, tensor)], found.isConstant else {
          continue
        }
        warnings.append(
          "input '\(subgraph.tensors[Int(tensor)].label)' is \(found.least) in every sample")
      }
    }
    let broken = statistics.tensors.filter { $0.value.notFinite > 0 }.keys.sorted()
    if let first = broken.first {
      warnings.append(
        "\(broken.count) tensor\(broken.count == 1 ? "" : "s") held NaN or infinity on the samples, "
          + "first '\(model[first].label)'")
    }
  }

  /// Inputs that leave the range which the model's metadata tell.
  mutating func notice(
    _ known: [TensorID: ClosedRange<Float>], _ statistics: CalibrationStatistics, in model: Model
  ) {
    for (id, range) in known.sorted(by: { $0.key < $1.key }) {
      guard let seen = statistics.tensors[id], !seen.keeps(to: range) else { continue }
      warnings.append(
        "input '\(model[id].label)' is from \(seen.least) to \(seen.greatest) on the samples, but "
          + "the model's metadata say from \(range.lowerBound) to \(range.upperBound)")
    }
  }
}

/// Which samples ranges are made from, and which are kept to judge the result by: told by content,
/// so that order and names do not matter.
public struct SampleSplit: Equatable, Sendable {
  /// The share that is kept, from 0 to below 1.
  public var holdout: Double

  public init(holdout: Double) { self.holdout = holdout }

  public func isForCalibration(_ digest: UInt64) -> Bool {
    Double(digest >> 11) * 0x1p-53 >= holdout
  }
}
