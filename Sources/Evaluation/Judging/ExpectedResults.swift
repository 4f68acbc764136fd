import Interpreter
import TFLite

/// Samples with the float model's results at the probes.
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

  /// Returns noise to signal, averaged over probes: Σ (found − expected)² ÷ Σ (expected − mean)².
  package func noise(_ found: [[[Float]]]) -> Double {
    var sums = NoiseSums(probes: probes.count)
    for (reference, other) in zip(values, found) { sums.add(reference, other) }
    return sums.noise
  }

  /// Returns noise to signal of single samples, averaged over probes, greatest first.
  package func noiseBySample(_ found: [[[Float]]]) -> [Double] {
    var all = NoiseSums(probes: probes.count)
    for values in values { all.add(values, values) }
    return zip(values, found).map { reference, other in
      var sums = NoiseSums(probes: probes.count)
      sums.add(reference, other)
      return sums.noise(ofSampleIn: all) * Double(values.count)
    }.sorted(by: >)
  }

  /// Returns the results of the first `count` samples.
  package func limited(to count: Int) -> ExpectedResults {
    ExpectedResults(
      samples: Array(samples.prefix(count)), probes: probes, values: Array(values.prefix(count)))
  }

  private init(samples: [[DenseArray]], probes: [TensorID], values: [[[Float]]]) {
    (self.samples, self.probes, self.values) = (samples, probes, values)
  }
}
