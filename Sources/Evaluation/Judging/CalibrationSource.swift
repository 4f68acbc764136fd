import Samples
import TFLite

/// The source of tensor statistics for a pass: earlier statistics, samples to run, or both.
package struct CalibrationSource: Sendable {
  /// Statistics from an earlier run; they replace the samples.
  package var statistics: CalibrationStatistics?
  package var samples: SampleSource
  /// Samples of their own that judge training; nil where some of `samples` do.
  package var validation: SampleSource?
  /// The model whose results training wants; nil for the one that came in.
  package var teacher: ModelFile?

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

  /// Returns the known ranges of the model's inputs, if subgraph 0 is run.
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
