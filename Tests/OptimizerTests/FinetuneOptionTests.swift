import Evaluation
import Interpreter
import Pipelines
import Samples
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Teachers, samples that decide, and weights alone.
@Suite struct FinetuneOptionTests {
  private func file() throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 32])
    let first = maker.dense(x, "a", depth: 32, units: 48, seed: 3, factor: 1)
    let next = maker.dense(first, "b", depth: 48, units: 32, seed: 5, factor: 1)
    maker.output(maker.dense(next, "y", depth: 32, units: 6, seed: 7, factor: 1))
    return try maker.file()
  }

  private func run(
    _ step: any Step, _ file: ModelFile, teacher: ModelFile? = nil, validation: SampleSource? = nil
  ) throws -> (file: ModelFile, calibration: CalibrationSummary) {
    let all = try IntegerModel.samples(of: file, 120)
    var source = CalibrationSource(count: all.count) { all[$0] }
    source.teacher = teacher
    source.validation = validation
    let outcome = try Pipeline([step], options: RunOptions(), samples: source).run(on: file)
    return (file.with(outcome.model), try #require(outcome.calibration))
  }

  private func step(_ options: GivenOptions.Pairs) throws -> FinetuneStep {
    try FinetuneStep.made(GivenOptions(options))
  }

  // MARK: Teachers

  @Test func `The float model teaches its quantized form`() throws {
    let float = try file()
    let mode: GivenOptions.Pairs = [("mode", "int8"), ("weights", "int4")]
    let before = try run(QuantizeStep.made(GivenOptions(mode + [("effort", "0")])), float).file
    let options = mode + [("steps", "300"), ("teacher", "float.tflite")]
    let tuned = try run(step(options), before, teacher: float)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.after < training.before, "\(training)")
    #expect(
      tuned.file.model.subgraphs[0].tensors.count { $0.type == .int4 }
        == before.model.subgraphs[0].tensors.count { $0.type == .int4 })
    let unseen = try IntegerModel.samples(of: float, 200).suffix(60)
    let errors = try [before, tuned.file].map {
      try $0.relativeError(against: float, on: Array(unseen))
    }
    #expect(errors[1] < errors[0], "\(errors)")
  }

  @Test func `The float model teaches floats`() throws {
    let float = try file()
    let pruned = try run(PruneStep(PruneOptions(sparsity: 0.6)), float).file
    let options: GivenOptions.Pairs = [("mode", "float"), ("steps", "300")]
    #expect(
      try run(step(options), pruned).calibration.warnings.contains { $0.contains("--teacher") })
    let tuned = try run(step(options + [("teacher", "float.tflite")]), pruned, teacher: float)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept, "\(training)")
    for name in ["a/w", "b/w"] {
      let values = try [pruned, tuned.file].map { file in
        try file.floats(of: try #require(file.tensor(name)))
      }
      #expect(zip(values[0], values[1]).allSatisfy { $0 != 0 || $1 == 0 }, "\(name)")
    }
  }

  @Test func `A teacher with other ends is refused`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 32])
    maker.output(maker.dense(x, "y", depth: 32, units: 7, seed: 3, factor: 1))
    let other = try maker.file()
    for mode in ["int8", "dynamic", "float"] {
      #expect(
        throws: OptimizerFault.teacherUnfit(
          why: "its output 0 is float32 [1,7], the model's float32 [1,6]")
      ) {
        _ = try run(step([("mode", mode), ("steps", "20")]), try file(), teacher: other)
      }
    }
  }

  // MARK: Samples that decide

  @Test func `A share of the samples decides, and none of them is trained on`() throws {
    let all = try IntegerModel.samples(of: try file(), 200)
    let source = SampleSource(count: all.count, split: SampleSplit(holdout: 0.2)) { all[$0] }
    func chosen(_ share: Double?) throws -> TrainingSamples {
      var options = TrainingOptions()
      options.validation = share.map { .share($0) }
      return try TrainingSamples(CalibrationSource(samples: source), options, threads: 1)
    }
    let heldOut = Set(try source.heldOut())
    for share in [0.1, 0.2, 0.5] {
      let found = try chosen(share)
      #expect(Set(found.order).isDisjoint(with: found.check) && !found.check.isEmpty)
      // The report speaks of held-out samples.
      #expect(Set(found.order).isDisjoint(with: heldOut))
      let part = Double(found.check.count) / Double(all.count)
      #expect(abs(part - share) < 0.1, "\(share): \(part)")
    }
    let standard = try chosen(nil)
    #expect(Set(standard.check) == heldOut)
  }

  @Test func `Samples of their own decide`() throws {
    let all = try IntegerModel.samples(of: try file(), 200)
    var source = CalibrationSource(count: 120) { all[$0] }
    // Twenty of these are trained on elsewhere.
    source.validation = SampleSource(count: 100) { all[100 + $0] }
    let found = try TrainingSamples(source, TrainingOptions(), threads: 1)
    #expect(found.check.count == 100 && found.order.count == 100)
    #expect(try found.checkArrays().count == 100)
    let tuned = try run(
      step([("mode", "int8"), ("weights", "int4"), ("steps", "100")]), try file(),
      validation: SampleSource(count: 30) { all[150 + $0] })
    #expect(tuned.calibration.training?.samples == 120)
    #expect(tuned.calibration.training?.checks.count == 2)
  }

  // MARK: Weights alone

  @Test("Weights alone are trained, activations stay float", arguments: ["int4", "int8"])
  func dynamic(weights: String) throws {
    let float = try file()
    let plain = try run(
      QuantizeStep.made(GivenOptions([("mode", "dynamic"), ("weights", weights)])), float)
    let tuned = try run(
      step([("mode", "dynamic"), ("weights", weights), ("steps", "300")]), float)
    let training = try #require(tuned.calibration.training)
    #expect(training.steps == 300 && training.checks.count == 6, "\(training)")
    #expect(weights == "int8" || training.isKept && training.after < training.before)
    let types = [plain.file, tuned.file].map { $0.model.subgraphs[0].tensors.map(\.type) }
    #expect(types[0] == types[1] && types[0].contains(weights == "int4" ? .int4 : .int8))
    guard weights == "int4" else { return }
    let unseen = try IntegerModel.samples(of: float, 200).suffix(60)
    let errors = try [plain.file, tuned.file].map {
      try $0.relativeError(against: float, on: Array(unseen))
    }
    #expect(errors[1] < errors[0], "\(errors)")
  }

  @Test func `A step without a mode trains under dynamic range behind it`() throws {
    let float = try file()
    let all = try IntegerModel.samples(of: float, 120)
    let steps: [any Step] = [
      try step([("steps", "100")]),
      try QuantizeStep.made(GivenOptions([("mode", "dynamic"), ("weights", "int4")])),
    ]
    let outcome = try Pipeline(
      steps, options: RunOptions(), samples: CalibrationSource(count: all.count) { all[$0] }
    ).run(on: float)
    #expect(outcome.trainings.map(\.steps) == [100])
    let alone = try run(
      step([("mode", "dynamic"), ("weights", "int4"), ("steps", "100")]), float)
    let file = float.with(outcome.model)
    for name in ["a/w", "b/w"] {
      let bytes = try [file, alone.file].map { try $0.bytes(of: try #require($0.tensor(name))) }
      #expect(bytes[0] == bytes[1], "\(name)")
    }
  }

  @Test(
    "Weights that the file holds as integers learn from the float model", arguments: [false, true])
  func dynamicTeacher(isDecoded: Bool) throws {
    let float = try file()
    var mode: GivenOptions.Pairs = [("mode", "dynamic"), ("weights", "int4")]
    if isDecoded { mode.append(("weights-only", "true")) }
    let before = try run(QuantizeStep.made(GivenOptions(mode)), float).file
    let tuned = try run(
      step([
        ("mode", "dynamic"), ("weights", "int4"), ("steps", "300"), ("teacher", "float.tflite"),
      ]), before, teacher: float)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.after < training.before, "\(training)")
    #expect(tuned.file.model.subgraphs[0].tensors.contains { $0.type == .int4 })
    let unseen = try IntegerModel.samples(of: float, 200).suffix(60)
    let errors = try [before, tuned.file].map {
      try $0.relativeError(against: float, on: Array(unseen))
    }
    #expect(errors[1] < errors[0], "\(errors)")
  }

  // MARK: How gradients and samples change

  @Test func `Momentum trains too, and a sample that cannot be changed is refused`() throws {
    let float = try file()
    let narrow: GivenOptions.Pairs = [("mode", "int8"), ("weights", "int4"), ("steps", "200")]
    func curve(_ more: GivenOptions.Pairs) throws -> [Double] {
      try #require(try run(step(narrow + more), float).calibration.training?.curve)
    }
    let curves = try [
      curve([]), curve([("optimizer", "sgd")]), curve([("augment", "shift"), ("augment", "gain")]),
    ]
    #expect(Set(curves).count == 3 && curves.allSatisfy { $0.count == 40 })
    for (key, value) in [("optimizer", "adamw"), ("augment", "rotate")] {
      #expect(throws: StepFault.self) { _ = try step([(key, value)]) }
    }
    do {
      _ = try run(step(narrow + [("augment", "flip")]), float)
      Issue.record("a row of numbers was flipped")
    } catch OptimizerFault.augmentationUnfit(let why) {
      #expect(why.contains("'flip' needs images") && why.contains("[1, 32]"), "\(why)")
    }
  }

  @Test func `A share that is none is refused`() {
    for text in ["0", "1", "1.5", "-1"] {
      #expect(throws: StepFault.self) { _ = try step([("validation", text)]) }
    }
    #expect(throws: Never.self) { _ = try step([("validation", "folder")]) }
  }
}
