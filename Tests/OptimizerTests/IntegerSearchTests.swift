import Evaluation
import Interpreter
import OpSet
import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// The parts of the search for an integer model: channels that are equalized and biases that are
/// corrected by their definitions in double precision, choices by all other choices.
@Suite struct IntegerSearchTests {
  /// What cuts the values of a layer: RELU or RELU6 of its own, or RELU6 behind it.
  enum Cut { case relu, relu6, relu6Behind }

  /// A pointwise layer whose channels differ in size, and one that reads it.
  private func pair(_ cut: Cut = .relu) -> ModelMaker {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 3, 3, 4])
    let sizes: [Float] = [cut == .relu ? 3 : 30, 1, 0.3, 0.05, 0.001, 1]
    let first = weights(24, seed: 3).enumerated().map { $1 * sizes[$0 / 4] }
    let filter = maker.constant("a/w", [6, 1, 1, 4], first)
    let bias = maker.constant("a/b", [6], zip(weights(6, seed: 4), sizes).map { $0 * $1 })
    var hidden = maker.operation(
      "CONV_2D", [x, filter, bias], "a", [1, 3, 3, 6], options: OptionTag.conv2D)
    maker.configure {
      $0?[Conv2D.strideW] = 1
      $0?[Conv2D.strideH] = 1
      $0?[Conv2D.activation] = [.relu: 1, .relu6: 3, .relu6Behind: 0][cut]
    }
    if cut == .relu6Behind { hidden = maker.operation("RELU6", [hidden], "cut", [1, 3, 3, 6]) }
    let next = maker.constant("b/w", [2, 1, 1, 6], weights(12, seed: 5))
    let end = maker.constant("b/b", [2], weights(2, seed: 6))
    maker.output(
      maker.operation(
        "CONV_2D", [hidden, next, end], "b", [1, 3, 3, 2], options: OptionTag.conv2D))
    maker.configure {
      $0?[Conv2D.strideW] = 1
      $0?[Conv2D.strideH] = 1
    }
    return maker
  }

  private struct Case {
    let file: ModelFile
    let samples: [[DenseArray]]
    let job: Job
    let statistics: CalibrationStatistics
    var options = IntegerOptions(mode: .int8)

    init(_ file: ModelFile, samples: [[DenseArray]]) throws {
      (self.file, self.samples) = (file, samples)
      job = Job(file: file, options: RunOptions(), selection: Selection())
      statistics = try Calibrator(file, options: job.interpreter)
        .statistics(on: CalibrationSource(count: samples.count) { samples[$0] }.samples)
    }

    func state() throws -> IntegerState {
      try IntegerState(file.model, statistics, options, known: [:], job)
    }

    func search() throws -> RangeSearch {
      let chosen = try SearchSamples(
        CalibrationSource(count: samples.count) { samples[$0] }.samples, threads: 1)
      return try RangeSearch(
        reference: file, probes: Probes.tensors(of: file.model, signature: nil), samples: chosen,
        options: job.interpreter, effort: 2)
    }

    func values(_ tensor: String, _ model: Model) throws -> [Float] {
      let id = TensorID(0, Int(try #require(file.index(tensor))))
      return try job.floats(of: id, in: model)
    }
  }

  private func results(_ file: ModelFile, _ name: String, _ samples: [[DenseArray]]) throws
    -> [[Float]]
  {
    let id = TensorID(0, Int(try #require(file.index(name))))
    let model = try Interpreter(file)
    return try samples.map { sample in
      var found: [Float] = []
      _ = try model.run(sample) { observation in
        for output in observation.outputs where output.id == id {
          found = Array(UnsafeBufferPointer(start: output.floats, count: output.count))
        }
      }
      return found
    }
  }

  @Test func `Equalizer scales channels by the root of what they lack, and keeps the function`()
    throws
  {
    let file = try pair().file()
    let test = try Case(file, samples: IntegerModel.samples(of: file, 12))
    let equalizer = Equalizer(try test.state())
    #expect(equalizer.pairs.count == 1)
    let options = test.job.interpreter
    let equalized = try #require(try equalizer.model(test.samples, options, test.job))
    let equal = equalized.model
    #expect(equalized.factors.values.contains { $0.count == 6 && $0.max() == 8 })
    let hidden = try results(file, "a", test.samples)
    let maxima = (0..<6).map { channel in
      hidden.flatMap { row in stride(from: channel, to: row.count, by: 6).map { abs(row[$0]) } }
        .max() ?? 0
    }
    let greatest = try #require(maxima.max())
    let factors = maxima.map {
      Float(max(1, min(8, (Double(greatest) / max(Double($0), 1e-20)).squareRoot())))
    }
    #expect(factors.max() == 8 && factors.min() == 1)
    let (before, after) = (try test.values("a/w", file.model), try test.values("a/w", equal))
    let (next, scaled) = (try test.values("b/w", file.model), try test.values("b/w", equal))
    for index in before.indices {
      #expect(abs(after[index] - before[index] * factors[index / 4]) <= 1e-5 * abs(after[index]))
    }
    for index in next.indices {
      #expect(abs(scaled[index] - next[index] / factors[index % 6]) <= 1e-5 * abs(next[index]))
    }
    let outputs = try results(file, "b", test.samples)
    for (a, b) in zip(outputs, try results(file.with(equal), "b", test.samples)) {
      for (a, b) in zip(a, b) { #expect(abs(a - b) < 1e-4) }
    }
  }

  @Test(
    "What RELU6 cuts is not scaled, and what it does not cut stays below it",
    arguments: [Cut.relu6, .relu6Behind])
  func scaledBelowSix(_ cut: Cut) throws {
    let file = try pair(cut).file()
    let test = try Case(file, samples: IntegerModel.samples(of: file, 12))
    let hidden = try results(file, "a", test.samples).flatMap { $0 }
    #expect(try #require(hidden.max()) >= 6)
    let equalizer = Equalizer(try test.state())
    let equalized = try #require(
      try equalizer.model(test.samples, test.job.interpreter, test.job))
    #expect(equalized.factors.values.contains { $0[0] == 1 && $0.max() == 8 })
    let outputs = try results(file, "b", test.samples)
    for (a, b) in zip(outputs, try results(file.with(equalized.model), "b", test.samples)) {
      for (a, b) in zip(a, b) { #expect(abs(a - b) < 1e-4) }
    }
  }

  /// b′ = b − Σ (ŵ − w) × E[x], with ŵ from the integers and scales of the file.
  @Test func `BiasCorrection takes back what rounding does to the mean of each channel`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 24])
    maker.output(maker.dense(x, "y", depth: 24, units: 5, seed: 7))
    let source = try maker.file()
    let samples = try IntegerModel.samples(of: source, 16, in: 0...1)
    let model = try IntegerModel(source, samples: samples)
    let filter = try model.file.operand("FULLY_CONNECTED", 1)
    let bias = try model.file.operand("FULLY_CONNECTED", 2)
    let scales = try #require(filter.quantization?.scale)
    let steps = try #require(bias.quantization?.scale)
    let integers = try model.file.bytes(of: filter).map { Int8(bitPattern: $0) }
    let found = try model.file.bytes(of: bias).elements(Int32.self)
    let weight = try source.floats(of: source.operand("FULLY_CONNECTED", 1))
    let plain = try source.floats(of: source.operand("FULLY_CONNECTED", 2))
    let inputs = samples.map { $0[0].bytes.elements(Float.self) }
    for unit in 0..<5 {
      let shift = (0..<24).reduce(0.0) { sum, column in
        let mean = inputs.reduce(0.0) { $0 + Double($1[column]) } / Double(inputs.count)
        let rounded = Double(integers[unit * 24 + column]) * Double(scales[unit])
        return sum + (rounded - Double(weight[unit * 24 + column])) * mean
      }
      let wanted = Double(plain[unit]) - shift
      #expect(abs(Double(found[unit]) * Double(steps[unit]) - wanted) < 0.6 * Double(steps[unit]))
    }
  }

  /// In a few samples a value that no weight looks at is far beyond all others: a range that holds it
  /// is a bad one.
  private func outliers(_ file: ModelFile) throws -> [[DenseArray]] {
    try IntegerModel.samples(of: file, 40).enumerated().map { number, sample in
      guard number % 10 == 9 else { return sample }
      let values = sample[0].bytes.elements(Float.self).enumerated()
        .map { $0.offset == 0 ? 30 : $0.element }
      return [DenseArray(.float32, shape: sample[0].shape, bytes: [UInt8](of: values))]
    }
  }

  @Test func `RangeSearch cuts off what the outputs do not need`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 16])
    let values = weights(192, seed: 3).enumerated().map { $0 % 16 == 0 ? 0 : $1 }
    let filter = maker.constant("h/w", [12, 16], values)
    let hidden = maker.operation(
      "FULLY_CONNECTED", [x, filter, -1], "h", [1, 12], options: OptionTag.fullyConnected)
    maker.output(maker.dense(hidden, "y", depth: 12, units: 4, seed: 4))
    let file = try maker.file()
    var test = try Case(file, samples: try outliers(file))
    test.options.effort = 0
    let search = try test.search()
    var state = try test.state()
    func noise(_ state: IntegerState) throws -> Double {
      try search.model(state, test.job).noise(state.parameters.byTensor, on: search.check)
    }
    let before = try noise(state)
    let ranges = state.parameters.ranges
    try search.improve(&state, test.job)
    #expect(ranges[0].upperBound == 30 && state.parameters.ranges[0].upperBound < 10)
    #expect(try noise(state) < before / 4)
  }

  @Test func `StepSearch finds the widest steps that a walk from narrow to wide allows`() throws {
    var maker = ModelMaker()
    let x = maker.input("x", [1, 64])
    let chosen = unitValues(64 * 16, seed: 8)
    let sparse = weights(64 * 16, seed: 9).enumerated().map { index, value in
      index % 64 == 0 || chosen[index] < 0.7 ? 0 : value
    }
    let filter = maker.constant("w", [16, 64], sparse)
    maker.output(
      maker.operation(
        "FULLY_CONNECTED", [x, filter, -1], "y", [1, 16], options: OptionTag.fullyConnected))
    let file = try maker.file()
    var test = try Case(file, samples: try outliers(file))
    test.options.effort = 0
    let search = try test.search()
    let state = try test.state()
    let choices = try StepSearch.choices(of: state, test.job)
    let greatest = choices.compactMap { $0.values.first }
    #expect(greatest.count > 2 && greatest == greatest.sorted())
    let trials = try choices.map { try state.with(greatest: $0).with(rounding: [:]) }
    func noise(_ state: IntegerState, rounds: Bool) throws -> Double {
      try search.model(state, test.job)
        .noise(rounds ? state.parameters.byTensor : [:], on: search.check)
    }
    let limit = try noise(state, rounds: false) + 0.05 * noise(state, rounds: true)
    let wanted = try trials.first { try noise($0, rounds: false) <= limit }
    let found = try StepSearch(job: test.job, search: search)
      .widest(of: trials, than: state)
    #expect(found?.greatest == wanted?.greatest && wanted != nil)
  }
}
