import Interpreter
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Evaluation

/// A run of the whole network for each trial judges those that share what they have in common.
@Suite struct RoundedModelTests {
  private struct Trials {
    let model: RoundedModel
    let expected: ExpectedResults
    /// Encodings that differ at one operator's result, or at the input.
    let encodings: [[TensorID: Affine]]
  }

  /// `place` is the operator whose result has other encodings in each trial; nil for the input.
  private func trials(_ name: String, at place: Int?, threads: Int) throws -> Trials {
    let file = try Fixtures.open(name)
    var options = Interpreter.Options()
    options.threads = threads
    let interpreter = try Interpreter(file, options: options)
    var random = SeededRandom(seed: 5)
    let samples = (0..<7).map { _ in
      [
        DenseArray.floats(
          (0..<interpreter.inputValue(0).count).map { _ in Float(random.unit()) },
          interpreter.shape(ofInput: 0))
      ]
    }
    let nodes = interpreter.mainNodes
    var encodings: [TensorID: Affine] = [interpreter.inputValue(0).id: .int8(0...1)]
    for node in nodes {
      for case let output? in node.outputs where output.type == .float32 {
        encodings[output.id] = .int8(-4...4)
      }
    }
    let changed =
      try place.map { try #require(nodes[$0].outputs[0]).id }
      ?? interpreter.inputValue(0).id
    let trials = [4, 2, 1, 0.5, 3, 2.5].map { (width: Float) in
      encodings.merging([changed: .int8(-width...width)]) { $1 }
    }
    let probe = try #require(nodes.last?.inputs.first ?? nil).id
    return Trials(
      model: try RoundedModel(file, lanes: threads, options),
      expected: try ExpectedResults(samples, probes: [probe], of: file, options),
      encodings: trials)
  }

  @Test(arguments: [nil, 0, 1, 2, 3] as [Int?], [1, 2])
  func `Trials give the same noise together as each alone`(place: Int?, threads: Int) throws {
    let trials = try trials("digits_cnn", at: place, threads: threads)
    let alone = try trials.encodings.map { try trials.model.noise($0, on: trials.expected) }
    #expect(Set(alone).count > 1)
    let together = try trials.model.noises(
      trials.encodings, on: trials.expected, below: .infinity)
    #expect(together == alone)
  }

  @Test(arguments: [1, 2]) func `Only trials below the bound come back`(threads: Int) throws {
    let trials = try trials("digits_cnn", at: 1, threads: threads)
    let alone = try trials.encodings.map { try trials.model.noise($0, on: trials.expected) }
    for bound in alone {
      let found = try trials.model.noises(trials.encodings, on: trials.expected, below: bound)
      #expect(found == alone.map { $0 < bound ? $0 : nil })
    }
  }
}
