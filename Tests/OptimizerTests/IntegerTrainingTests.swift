import Evaluation
import Foundation
import Interpreter
import Pipelines
import Platform
import Samples
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Training under integers, judged by what the written file holds.
@Suite struct IntegerTrainingTests {
  private func file() throws -> ModelFile {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 24])
    let first = maker.dense(x, "a", depth: 24, units: 32, seed: 3, factor: 1)
    let next = maker.dense(first, "b", depth: 32, units: 32, seed: 5, factor: 1)
    maker.output(maker.dense(next, "y", depth: 32, units: 6, seed: 7, factor: 1))
    return try maker.file()
  }

  private func step(_ options: GivenOptions.Pairs) throws -> FinetuneStep {
    try FinetuneStep.made(
      GivenOptions(
        [("mode", "int8")] + (options.contains { $0.key == "weights" } ? [] : [("weights", "int4")])
          + options))
  }

  private func rounding(_ type: String) throws -> QuantizeStep {
    try QuantizeStep.made(GivenOptions([("mode", "int8"), ("weights", type)]))
  }

  private func run(
    _ steps: [any Step], _ file: ModelFile, threads: Int = 1, on samples: [[DenseArray]]? = nil
  ) throws -> (model: Model, calibration: CalibrationSummary) {
    let all = try samples ?? IntegerModel.samples(of: file, 120)
    let source = CalibrationSource(count: all.count) { all[$0] }
    var options = RunOptions()
    options.threads = threads
    let outcome = try Pipeline(steps, options: options, samples: source).run(on: file)
    let calibration = try #require(outcome.calibration)
    return (outcome.model, calibration)
  }

  /// What it is worth on real clips is measured in LiteRT, not here.
  @Test func `Training moves integers of few bits where samples it did not see say so`() throws {
    let file = try Fixtures.open("digits_cnn")
    let plain = try run([rounding("int2")], file)
    let tuned = try run([step([("steps", "300"), ("weights", "int2")])], file)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.after < training.before)
    #expect(training.steps == 300 && training.samples == 88)
    let (old, new) = (file.with(plain.model), file.with(tuned.model))
    let narrow = old.model.subgraphs[0].tensors.filter { $0.type == .int2 }
    let moved = try narrow.filter { tensor in
      let trained = try #require(new.tensor(tensor.label))
      return try new.bytes(of: trained) != old.bytes(of: tensor)
    }
    #expect(!moved.isEmpty)
  }

  @Test func `Pruned weights stay zero`() throws {
    let file = try file()
    let prune = PruneStep(PruneOptions(sparsity: 0.5))
    let pruned = file.with(try run([prune], file).model)
    let tuned = file.with(try run([prune, step([("steps", "200")])], file).model)
    var (all, kept) = (0, 0)
    for name in ["a/w", "b/w"] {
      let floats = try pruned.floats(of: try #require(pruned.tensor(name)))
      let bytes = try tuned.bytes(of: try #require(tuned.tensor(name)))
      #expect(bytes.count * 2 == floats.count)
      let zeros = floats.indices.filter { floats[$0] == 0 }
      (all, kept) = (all + floats.count, kept + floats.count - zeros.count)
      #expect(zeros.allSatisfy { bytes[$0 / 2] >> ($0 % 2 * 4) & 15 == 0 }, "\(name)")
    }
    #expect(kept * 2 <= all)
  }

  @Test func `One thread and two train to the same bytes`() throws {
    let file = try file()
    let steps = [try step([("steps", "40")])]
    let (one, two) = (
      file.with(try run(steps, file).model), file.with(try run(steps, file, threads: 2).model)
    )
    for name in ["a/w", "b/w", "y/w"] {
      let bytes = try [one, two].map { try $0.bytes(of: try #require($0.tensor(name))) }
      #expect(bytes[0] == bytes[1] && !bytes[0].isEmpty, "\(name)")
    }
  }

  @Test func `Bad options say what is possible`() {
    for (key, value) in [
      ("steps", "0"), ("steps", "many"), ("learning-rate", "0"), ("learning-rate", "2"),
      ("mode", "float16"), ("weights", "int3"),
    ] {
      #expect(throws: StepFault.self) {
        try FinetuneStep.made(GivenOptions([(key, value)]))
      }
    }
  }

  @Test("In floats zeros stay, and clusters keep their number of values", arguments: [false, true])
  func structure(isShared: Bool) throws {
    let file = try file()
    let float = try FinetuneStep.made(GivenOptions([("mode", "float"), ("steps", "200")]))
    let prune = PruneStep(PruneOptions(sparsity: 0.5))
    let cluster = try ClusterStep.made(
      GivenOptions([("clusters", "8"), ("shared-codebook", "\(isShared)")]))
    let before = file.with(try run([prune, cluster], file).model)
    let tuned = try run([prune, cluster, float], file)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.steps == 200, "\(training)")
    let after = file.with(tuned.model)
    for name in ["a/w", "b/w", "y/w"] {
      let old = try before.floats(of: try #require(before.tensor(name)))
      let new = try after.floats(of: try #require(after.tensor(name)))
      #expect(zip(old, new).allSatisfy { $0 != 0 || $1 == 0 }, "\(name)")
      #expect(Set(new).count <= Set(old).count && new != old)
    }
  }

  /// One codebook of integers for all weights, or one of floats for each, whose integers differ by channel.
  @Test(
    "Under integers zeros stay, and clusters keep their number of values", arguments: [false, true])
  func integerStructure(isShared: Bool) throws {
    let file = try file()
    let prune = PruneStep(PruneOptions(sparsity: 0.5))
    let cluster = try ClusterStep.made(
      GivenOptions([("clusters", "8"), ("shared-codebook", "\(isShared)")]))
    let steps: [any Step] = [prune, cluster]
    let pruned = file.with(try run([prune], file).model)
    let plain = file.with(try run(steps + [QuantizeStep(mode: .int8)], file).model)
    let tuned = try run(
      steps + [step([("steps", "200"), ("weights", "int8")])], file)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.after < training.before, "\(training)")
    let after = file.with(tuned.model)
    var all: Set<UInt8> = []
    for name in ["a/w", "b/w"] {
      let zeros = try pruned.floats(of: try #require(pruned.tensor(name))).map { $0 == 0 }
      let old = try plain.bytes(of: try #require(plain.tensor(name)))
      let tensor = try #require(after.tensor(name))
      let new = try after.bytes(of: tensor)
      #expect(tensor.type == .int8 && new != old && new.count == zeros.count, "\(name)")
      #expect(zip(zeros, new).allSatisfy { !$0 || $1 == 0 }, "\(name)")
      all.formUnion(new)
      let columns = new.count / Int(tensor.shape?.first ?? 1)
      for row in stride(from: 0, to: new.count, by: columns) {
        #expect(Set(new[row..<row + columns]).count <= 8, "\(name)")
      }
    }
    #expect(isShared ? all.count <= 8 : all.count > 8)
  }

  /// The weights of a loop have four bits, while its activations stay float.
  @Test func `Weights of operators that stay float are trained beside integers`() throws {
    let file = try Fixtures.open("lstm_while")
    let rows = try Lifted.digits().map { digits in
      digits.map { DenseArray(.float32, shape: [1, 16, 16], bytes: $0.bytes) }
    }
    let plain = try run([rounding("int4")], file, on: rows)
    let tuned = try run([step([("steps", "300")])], file, on: rows)
    let training = try #require(tuned.calibration.training)
    #expect(training.isKept && training.after < training.before, "\(training)")
    let (old, new) = (file.with(plain.model), file.with(tuned.model))
    let loop = old.model.subgraphs.dropFirst().flatMap(\.tensors).filter { $0.type == .int4 }
    #expect(!loop.isEmpty)
    for tensor in loop {
      let trained = try #require(
        new.model.subgraphs.flatMap(\.tensors).first { $0.label == tensor.label })
      #expect(try new.bytes(of: trained) != old.bytes(of: tensor), "\(tensor.label)")
    }
  }

  @Test func `A step without a mode trains under the quantization behind it`() throws {
    let file = try file()
    let finetune = try FinetuneStep.made(GivenOptions([("steps", "100")]))
    let narrow = try rounding("int4")
    let joined = try run([finetune, narrow], file)
    #expect(joined.calibration.training?.steps == 100)
    let alone = try run([step([("steps", "100")])], file)
    #expect(file.with(joined.model).model.subgraphs[0].tensors.count { $0.type == .int4 } == 3)
    for name in ["a/w", "b/w", "y/w"] {
      let bytes = try [joined.model, alone.model].map { model in
        try file.with(model).bytes(of: try #require(file.with(model).tensor(name)))
      }
      #expect(bytes[0] == bytes[1], "\(name)")
    }
  }

  @Test func `Labels and few samples are told`() throws {
    let file = try file()
    let all = try IntegerModel.samples(of: file, 12)
    let labels = all.indices.map { $0 % 6 }
    let source = SampleSource(count: all.count, classes: labels) { all[$0] }
    func run(_ options: GivenOptions.Pairs, _ source: SampleSource) throws -> CalibrationSummary {
      let step = try FinetuneStep.made(GivenOptions(options + [("mode", "float")]))
      let pipeline = Pipeline(
        [step], options: RunOptions(), samples: CalibrationSource(samples: source))
      return try #require(try pipeline.run(on: file).calibration)
    }
    let found = try run([("steps", "20")], source)
    #expect(found.training?.measure == .crossEntropy)
    #expect(found.warnings.contains { $0.hasPrefix("trained on 8 samples") }, "\(found.warnings)")
    let bare = SampleSource(count: all.count) { all[$0] }
    #expect(throws: OptimizerFault.labelsNeeded(loss: "cross-entropy")) {
      _ = try run([("loss", "cross-entropy")], bare)
    }
    #expect(try run([], bare).warnings.contains { $0.contains("its own teacher") })
  }

  /// A trained model: what training computes on samples at its outputs, and what is written.
  private func trained(
    _ file: ModelFile, weights: String, on all: [[DenseArray]]
  ) throws -> (results: [[[Float]]], written: Model) {
    let source = CalibrationSource(count: all.count) { all[$0] }
    let job = Job(file: file, options: RunOptions(), selection: Selection())
    var options = IntegerOptions(mode: .int8)
    options.weights = weights == "int4" ? .four : .eight
    options.training = TrainingOptions()
    options.training?.steps = 50
    var search = try IntegerSearch(file.model, options: options, samples: source, job: job)
    try search.run()
    let state = search.state
    let outputs = (file.model.subgraphs[0].outputs ?? []).map { TensorID(0, Int($0)) }
    let training = IntegerTraining(
      state: state, teacher: Teacher(file),
      samples: try TrainingSamples(source, TrainingOptions(), threads: 1),
      outputs: try #require(TrainingOutputs(outputs, of: file.model)), options: TrainingOptions(),
      job: job)
    let results = try #require(try training.results(on: all, of: outputs))
    var (model, written) = (state.model, job)
    try state.write(to: &model, &written)
    return (results, model)
  }

  /// The interpreter's integer kernels are LiteRT's reference kernels bit by bit. With rounded floats in
  /// place of integers 96 % (int8) and 94 % (int4) of these values were within a step.
  @Test("What training computes is what the file computes", arguments: ["int8", "int4"])
  func agreement(weights: String) throws {
    let file = try Fixtures.open("digits_cnn")
    let all = try IntegerModel.samples(of: file, 60, in: 0...1)
    let found = try trained(file, weights: weights, on: all)
    let integer = try Interpreter(file.with(found.written))
    for (sample, results) in zip(all, found.results) {
      #expect(try integer.run(sample).map { $0.bytes.elements(Float.self) } == results)
    }
  }

  private static let folder = ProcessInfo.processInfo.environment["OPTIMIZE_AGREEMENT"]

  /// For `Tools/training_agreement.py`: trains the folder's model, and leaves the file and what training
  /// computed.
  @Test(.enabled(if: folder != nil), arguments: ["int8", "int4"])
  func `What training computes is left for LiteRT`(weights: String) throws {
    let folder = try #require(Self.folder)
    let file = try ModelFile(MappedFile(path: folder + "/model.tflite"))
    let input = try Interpreter(file).inputValue(0)
    let samples = [UInt8](try Data(contentsOf: URL(filePath: folder + "/samples.bin")))
    let all = stride(from: 0, to: samples.count, by: input.byteCount).map { start in
      [
        DenseArray(
          .float32, shape: input.shape, bytes: Array(samples[start..<start + input.byteCount]))
      ]
    }
    let found = try trained(file, weights: weights, on: all)
    let output = try OutputFile(path: folder + "/\(weights).tflite")
    _ = try ModelWriter(found.written, of: file).write(to: output)
    try output.commit(replacing: true)
    try Data([UInt8](of: found.results.flatMap { $0[0] })).write(
      to: URL(filePath: folder + "/\(weights).bin"))
  }
}
