import Evaluation
import Pipelines
import Platform
import Samples
import TestSupport
import Testing

@testable import Optimizer

/// A counter in the samples judges.
@Suite struct SampleReadingTests {
  @Test("Searching int8 reads each of 100 samples at most twice", arguments: [1, 2])
  func int8(threads: Int) throws {
    let file = try Fixtures.open("digits_cnn")
    let samples = try IntegerModel.samples(of: file, 100, in: 0...1)
    let source = SampleSource(count: 100) { samples[$0] }
    var options = RunOptions()
    options.threads = threads
    _ = try Pipeline(
      [QuantizeStep(mode: .int8)], options: options, samples: CalibrationSource(samples: source)
    ).run(on: file)
    #expect(source.reads >= 100 && source.reads <= 200)
  }
}
