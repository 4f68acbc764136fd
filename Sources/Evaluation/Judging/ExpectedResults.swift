import Interpreter
import TFLite

/// Samples with what the float model makes of them at the tensors that are looked at.
package struct ExpectedResults {
  package let samples: [[DenseArray]]
  package var probes: [TensorID]
  /// By sample and probe.
  package let values: [[[Float]]]

  package init(
    _ samples: [[DenseArray]], probes: [TensorID], of file: ModelFile,
    _ options: Interpreter.Options
  ) throws {
    self.samples = samples
    self.probes = probes
    values = try RoundedModel(file, lanes: samples.count, options).results(samples, probes)
  }

  /// Σ (found − expected)² ÷ Σ (expected − mean)², in the mean over probes: noise to signal.
  package func noise(_ found: [[[Float]]]) -> Double {
    var total = 0.0
    for probe in probes.indices {
      var (sum, squares, count, error) = (0.0, 0.0, 0.0, 0.0)
      for (reference, other) in zip(values, found) {
        for (x, y) in zip(reference[probe], other[probe]) where x.isFinite {
          let value = Double(x)
          sum += value
          squares += value * value
          count += 1
          let difference = y.isFinite ? Double(y) - value : value
          error += difference * difference
        }
      }
      guard count > 0 else { continue }
      total += error / max(squares - sum * sum / count, 1e-30)
    }
    return total / Double(max(probes.count, 1))
  }
}
