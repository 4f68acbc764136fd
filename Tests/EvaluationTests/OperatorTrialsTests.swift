import Interpreter
import OpSet
import Platform
import TFLite
import TestSupport
import Testing

@testable import Evaluation

/// Whole runs of models in which only one operator has other weights and rounded activations judge the
/// trials, which share what lies before it.
@Suite struct OperatorTrialsTests {
  private let file: ModelFile
  private let samples: [[DenseArray]]
  private let encodings: [TensorID: Affine]
  private let probe: TensorID

  init() throws {
    file = try Fixtures.open("digits_cnn")
    let interpreter = try Interpreter(file)
    var random = SeededRandom(seed: 3)
    samples = (0..<5).map { _ in
      [
        DenseArray.floats(
          (0..<interpreter.inputValue(0).count).map { _ in Float(random.unit()) },
          interpreter.shape(ofInput: 0))
      ]
    }
    var encodings: [TensorID: Affine] = [interpreter.inputValue(0).id: .int8(0...1)]
    for node in interpreter.mainNodes {
      for case let output? in node.outputs { encodings[output.id] = .int8(-4...4) }
    }
    self.encodings = encodings
    probe = try #require(interpreter.mainNodes.last?.inputs.first ?? nil).id
  }

  /// The model with all weights of an operator times 1.02; of all operators where nil.
  private func changed(_ place: Int?) throws -> Model {
    var model = file.model
    for (index, entry) in model.subgraphs[0].operators.enumerated()
    where place == nil || place == index {
      guard let weight = entry.inputs?.dropFirst().first, weight >= 0,
        let data = model.data(of: TensorID(0, weight)), model[TensorID(0, weight)].type == .float32
      else { continue }
      let values = try DataReader(data, file: file.bytes).withBytes(in: 0..<data.count) {
        $0.bindMemory(to: Float.self).map { $0 * 1.02 }
      }
      model[TensorID(0, weight)].buffer = model.append(.bytes([UInt8](of: values)))
    }
    return model
  }

  private func noises(threads: Int) throws -> [[Double?]] {
    var options = Interpreter.Options()
    options.threads = threads
    let count = file.model.subgraphs[0].operators.count
    let forms = [
      OperatorTrials.Form(
        model: try changed(nil), encodings: encodings, operators: Set(0..<count)),
      OperatorTrials.Form(model: file.model, encodings: [:], operators: [1]),
    ]
    let trials = try #require(
      try OperatorTrials(file, forms: forms, probes: [probe], samples: samples.count, options))
    return try trials.noises(over: samples.count) { samples[$0] }
  }

  @Test func `Each operator's noise is that of a model in which only it differs`() throws {
    let options = Interpreter.Options()
    let expected = try ExpectedResults(samples, probes: [probe], of: file, options)
    let found = try noises(threads: 2)
    #expect(found.count == file.model.subgraphs[0].operators.count)
    // Rounding what the last one reads would be seen at the probe itself.
    for (place, entry) in file.model.subgraphs[0].operators.dropLast().enumerated() {
      // The operators are a chain: what one reads no other does.
      let own = [entry.inputs?.first, entry.outputs?.first].compactMap { $0 }.map {
        TensorID(0, $0)
      }
      let model = try RoundedModel(file.with(try changed(place)), lanes: 1, options)
      let results = try model.results(encodings.filter { own.contains($0.key) }, expected)
      var (error, signal) = (0.0, 0.0)
      for (sample, result) in results.enumerated() {
        for (x, y) in zip(expected.values[sample][0], result[0]) {
          error += (Double(y) - Double(x)) * (Double(y) - Double(x))
          signal += Double(x) * Double(x)
        }
      }
      let noise = try #require(found[place][0])
      #expect(abs(noise - error / signal) <= 1e-9 * max(noise, 1e-12), "operator \(place)")
    }
    // A form that changes nothing loses nothing; other operators do not have it.
    #expect(found[1][1] == 0 && found[2][1] == nil)
  }

  @Test func `Threads change nothing`() throws {
    #expect(try noises(threads: 1) == noises(threads: 2))
  }

  @Test func `A model with state cannot be measured so`() throws {
    let file = try Fixtures.open("gru_while")
    let trials = try OperatorTrials(
      file, forms: [], probes: [], samples: 1, Interpreter.Options())
    #expect(trials == nil)
  }
}
