import Evaluation
import Interpreter
import Samples
import TFLite
import TestSupport
import Testing
import Training

@testable import Optimizer

/// Learning from a float model's outputs, judged by the outputs on samples that it never saw.
@Suite struct DistillationTests {
  private func model(noise: Float) throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 12])
    let hidden = maker.dense(x, "h", depth: 12, units: 16, seed: 3)
    maker.output(maker.dense(hidden, "y", depth: 16, units: 4, seed: 4))
    var file = try maker.file()
    for (number, name) in ["h/w", "y/w"].enumerated() {
      let id = TensorID(0, Int(try #require(file.index(name))))
      let values = try file.floats(of: file.model[id])
      let other = unitValues(values.count, seed: UInt64(number + 20))
      let moved = zip(values, other).map { $0 * (1 + noise * ($1 - 0.5)) }
      file.model[id].buffer = file.model.append(.bytes([UInt8](of: moved)))
    }
    return file
  }

  @Test func `A student with other weights comes near its teacher`() throws {
    let teacher = try model(noise: 0)
    var student = try model(noise: 0.5)
    let all = try IntegerModel.samples(of: teacher, 80)
    let known = Array(all.prefix(60))
    let source = CalibrationSource(count: known.count) { known[$0] }
    let ids = try ["h/w", "y/w"].map { TensorID(0, Int(try #require(teacher.index($0)))) }
    let output = TensorID(0, Int(try #require(teacher.index("y"))))
    let before = try student.relativeError(against: teacher, on: Array(all.suffix(20)))
    let found = try #require(
      try Distillation(
        reference: teacher, student: student,
        variables: ids.map { .init(id: $0, sizes: [0.3], support: nil) },
        probes: [(output, 1)], options: Interpreter.Options(), samples: source.samples,
        order: Array(known.indices)
      ).values(after: 2400))
    for (id, values) in found {
      student.model[id].buffer = student.model.append(.bytes([UInt8](of: values)))
    }
    let after = try student.relativeError(against: teacher, on: Array(all.suffix(20)))
    #expect(before > 0.1 && after < before / 5, "\(before) → \(after)")
  }

  @Test(
    "Weights in loops and cells come near their teacher's",
    arguments: ["lstm_while", "gru_while", "sequence_lstm"])
  func recurrent(_ name: String) throws {
    let teacher = try Fixtures.open(name)
    var student = teacher
    var variables: [Distillation.Variable] = []
    for (place, subgraph) in teacher.model.subgraphs.enumerated() {
      let graph = Graph(teacher.model, subgraph: place)
      for (index, tensor) in subgraph.tensors.enumerated()
      where tensor.type == .float32 && graph.isConstant(index) {
        let values = try teacher.floats(of: tensor)
        guard values.count >= 64 else { continue }
        let id = TensorID(place, index)
        let other = unitValues(values.count, seed: UInt64(index + 20))
        let moved = zip(values, other).map { $0 * (1 + 0.3 * ($1 - 0.5)) }
        student.model[id].buffer = student.model.append(.bytes([UInt8](of: moved)))
        let square = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
        variables.append(.init(id: id, sizes: [square.squareRoot()], support: nil))
      }
    }
    #expect(name == "sequence_lstm" || variables.contains { $0.id.subgraph != 0 })
    let all = try IntegerModel.samples(of: teacher, 60)
    let known = Array(all.prefix(48))
    let source = CalibrationSource(count: known.count) { known[$0] }
    let output = TensorID(0, Int(try #require(teacher.model.subgraphs[0].outputs)[0]))
    let before = try student.relativeError(against: teacher, on: Array(all.suffix(12)))
    let found = try #require(
      try Distillation(
        reference: teacher, student: student, variables: variables, probes: [(output, 1)],
        options: Interpreter.Options(), samples: source.samples, order: Array(known.indices)
      ).values(after: 1600))
    for (id, values) in found {
      student.model[id].buffer = student.model.append(.bytes([UInt8](of: values)))
    }
    let after = try student.relativeError(against: teacher, on: Array(all.suffix(12)))
    // The error falls to .60, .80 and .77 of what it was; without gradients it stays.
    #expect(after < 0.85 * before, "\(before) → \(after)")
  }
}
