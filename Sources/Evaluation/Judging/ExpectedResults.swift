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

  /// Returns the sums of a sample with these results by probe.
  func sums(ofSample index: Int, _ found: [[Float]]) -> NoiseSums {
    NoiseSums(values[index], found)
  }

  /// Returns noise to signal, averaged over probes: Σ (found − expected)² ÷ Σ (expected − mean)²;
  /// from the sums of all samples.
  func noise(_ samples: [NoiseSums]) -> Double {
    samples.reduce(into: NoiseSums(probes: probes.count)) { $0.add($1) }.noise
  }

  /// Returns noise to signal of single samples, averaged over probes, greatest first.
  func noiseBySample(_ samples: [NoiseSums]) -> [Double] {
    let all = NoiseSums(self)
    return samples.map { $0.noise(ofSampleIn: all) * Double(samples.count) }.sorted(by: >)
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
