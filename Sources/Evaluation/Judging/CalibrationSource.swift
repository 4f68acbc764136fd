import Samples
import TFLite

/// Where a pass gets what a model's tensors hold: statistics, or samples to run it on, or both.
package struct CalibrationSource: Sendable {
  /// Gathered before; they stand for the samples.
  package var statistics: CalibrationStatistics?
  package var samples: SampleSource

  package init(statistics: CalibrationStatistics? = nil, samples: SampleSource = .none) {
    self.statistics = statistics
    self.samples = samples
  }

  /// `sample` returns an array for each input; several threads call it.
  package init(
    statistics: CalibrationStatistics? = nil, count: Int,
    sample: @escaping @Sendable (Int) throws -> [DenseArray]
  ) {
    self.init(statistics: statistics, samples: SampleSource(count: count, read: sample))
  }

  package var hasSamples: Bool { samples.count > 0 }

  /// Ranges that inputs of the model are known to keep, where it is run by subgraph 0.
  package func knownRanges(
    of model: Model, signature: String?
  ) -> [TensorID: ClosedRange<Float>] {
    let chosen = model.signatures.first { $0.key?.description == signature }
    guard chosen?.subgraphIndex ?? 0 == 0 else { return [:] }
    var known: [TensorID: ClosedRange<Float>] = [:]
    for (position, tensor) in (model.subgraphs.first?.inputs ?? []).enumerated() where tensor >= 0 {
      known[TensorID(0, tensor)] = samples.inputRanges[position]
    }
    return known
  }
}
