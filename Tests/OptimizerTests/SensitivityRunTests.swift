import Evaluation
import Interpreter
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Files in which one operator alone has integers judge the figures; their kernels are bit-exact with
/// LiteRT's.
@Suite struct SensitivityRunTests {
  private let file: ModelFile
  private let samples: [[DenseArray]]
  private let found: Sensitivities

  init() throws {
    let file = try Fixtures.open("digits_cnn")
    let samples = try IntegerModel.samples(of: file, 12, in: 0...1)
    (self.file, self.samples) = (file, samples)
    found = try SensitivityRun(
      on: file, options: RunOptions(),
      samples: CalibrationSource(count: samples.count) { samples[$0] }
    ).sensitivities(SensitivityForm.standard)
  }

  /// Σ error² ÷ Σ signal² of what SOFTMAX reads, where the operator alone has the form of `rule`.
  private func noise(ofFile rules: [String]) throws -> Double {
    var step = QuantizeStep(mode: .int8)
    step.integer?.effort = 1
    step.forms = try rules.map { try FormRule($0) }
    let samples = samples
    let result = try Optimized(
      file, step, samples: CalibrationSource(count: samples.count) { samples[$0] })
    let softmax = try #require(file.model.subgraphs[0].operators.last?.inputs?[0])
    let name = file.model[TensorID(0, softmax)].label
    func values(_ file: ModelFile) throws -> [Double] {
      let interpreter = try Interpreter(file)
      return try samples.flatMap { sample -> [Double] in
        var last: [Double] = []
        _ = try interpreter.run(sample) { observation in
          for output in observation.outputs
          where output.type == .float32 && file.model[output.id].label == name {
            let row = (0..<output.count).map { Double(output.floats[$0]) }
            // What is lower than this adds nothing to SOFTMAX, and does not count.
            last = row.map { max($0, (row.max() ?? 0) - 16) }
          }
        }
        return last
      }
    }
    let (expected, other) = (try values(file), try values(result.file))
    try #require(expected.count == other.count && !expected.isEmpty)
    let error = zip(expected, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return error / expected.reduce(0) { $0 + $1 * $1 }
  }

  /// 25 % of noise are 1 dB: kernels round sums and biases too.
  @Test(arguments: [0, 3, 6])
  func `An operator loses what a file loses in which it alone is int8`(place: Int) throws {
    let row = try #require(found.operators.first { $0.index == place })
    let measured = try #require(row.noises[0])
    let judged = try noise(ofFile: ["float=0-8", "int8=\(place)"])
    #expect(abs(measured / judged - 1) < 0.25, "\(measured), \(judged)")
  }

  @Test func `So it is with int4 weights and with int16 activations`() throws {
    let row = try #require(found.operators.first { $0.index == 6 })
    let narrow = try noise(ofFile: ["float=0-8", "int8=6", "int4=6"])
    #expect(abs(try #require(row.noises[2]) / narrow - 1) < 0.25, "\(row.noises), \(narrow)")
    let wide = try noise(ofFile: ["float=0-8", "int16x8=6"])
    #expect(abs(try #require(row.noises[1]) / wide - 1) < 0.25, "\(row.noises), \(wide)")
  }

  @Test func `Weights and multiplications are those of the model`() {
    let elements = found.operators.reduce(0) { $0 + $1.weights }
    #expect(elements == found.weights && found.samples == 12)
    // A dense layer multiplies once by each weight.
    for row in found.operators where row.kind == "FULLY_CONNECTED" {
      #expect(row.weights == row.multiplications)
    }
    #expect(found.operators.map(\.index) == found.operators.map(\.index).sorted())
  }
}
