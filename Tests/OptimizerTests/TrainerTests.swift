import Evaluation
import Interpreter
import Samples
import TFLite
import TestSupport
import Testing
import Training

@testable import Optimizer

/// Learning from a float model's outputs, judged by the outputs on samples that it never saw.
@Suite struct TrainerTests {
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
      try Trainer(
        reference: teacher, student: student,
        variables: ids.map { .init(ids: [$0], sizes: [0.3]) },
        probes: [.init(id: output, share: 1)], options: Interpreter.Options(),
        samples: source.samples, order: Array(known.indices)
      ).run(.init(steps: 600))?.values)
    for (id, values) in found {
      student.model[id].buffer = student.model.append(.bytes([UInt8](of: values)))
    }
    let after = try student.relativeError(against: teacher, on: Array(all.suffix(20)))
    #expect(before > 0.1 && after < before / 5, "\(before) → \(after)")
  }
}
