import Evaluation
import Interpreter
import LinearAlgebra
import OpSet
import Platform
import TFLite

/// Chooses the integers of weights on samples: together, with scales that suit them and with biases that take the
/// mean of their error away. Each form is kept only if the outputs get nearer to the float model's on samples that it
/// was not made from.
struct DynamicSearch {
  private let model: Model
  private let weights: [PlannedWeight]
  private let samples: SearchSamples
  /// Those that integers are chosen for.
  private let rounded: SampleList
  private let expected: ExpectedResults
  /// The samples that the integers come from.
  let summary: CalibrationSummary
  private let effort: Int
  private let job: Job

  /// What was chosen for weights, and what biases take up beyond each weight's own error.
  struct Choice {
    var rounded: [TensorID: WeightRounding.Rounded] = [:]
    fileprivate var shifts: [OperatorPlace: [Double]] = [:]

    fileprivate func shift(_ weight: TensorID, _ place: OperatorPlace) -> [Double]? {
      shifts[place] ?? rounded[weight]?.shift
    }
  }

  /// Nil where nothing can be judged: without samples, without float outputs, or if the model does not run.
  init?(
    _ model: Model, _ weights: [PlannedWeight], _ source: CalibrationSource, effort: Int, _ job: Job
  ) throws {
    let probes = Probes.tensors(of: model, signature: job.options.signature)
    guard effort >= 2, source.hasSamples, !weights.isEmpty, !probes.isEmpty else { return nil }
    let own = source.samples.fitting(
      model, from: job.file.model, signature: job.options.signature)
    samples = try SearchSamples(own, threads: job.options.threads)
    guard !samples.isEmpty else { return nil }
    do {
      expected = try ExpectedResults(
        samples.check, probes: probes, of: job.file.with(model), job.interpreter)
    } catch is InterpreterFault { return nil }
    (self.model, self.weights, self.effort, self.job) = (model, weights, effort, job)
    rounded = try WeightRounding.samples(
      samples, of: job.file.with(model), isNarrow: weights.contains { $0.encoding.bits != .eight },
      effort: effort, job.interpreter)
    var summary = CalibrationSummary()
    summary.setsRanges = false
    summary.samples = rounded.count + (samples.check == samples.fit ? 0 : samples.check.count)
    summary.digests = try own.digests(threads: job.options.threads)
    self.summary = summary
  }

  /// Damping of the second attempt, for samples too few for the first. On five keyword and digit models half of it
  /// makes 12 % more error, twice of it 6 %; two of them change.
  private static let caution = SearchLimit.of("DynamicSearch.caution", 16.0)

  func best() throws -> Choice {
    var judge = Judge(Choice()) { choice in
      try RoundedModel(
        job.file.with(model(with: choice)), lanes: expected.samples.count, job.interpreter
      ).noise([:], on: expected)
    }
    try judge.offer(nearest())
    for caution in [1, Self.caution] {
      let rounding = rounding(caution)
      let together = try together(rounding)
      try judge.offer(together)
      let narrow = LayerCompensation(
        rounding: rounding, targets: targets().filter { $0.encodings[0].bits != .eight })
      let compensated = try narrow.run(from: together.rounded) {
        try model(with: Choice(rounded: $0))
      }
      if let compensated { try judge.offer(Choice(rounded: compensated)) }
    }
    if let corrected = try corrected(judge.incumbent) { try judge.offer(corrected) }
    return judge.incumbent
  }

  /// Returns the weights rounded together, each for the float model's inputs.
  func together() throws -> Choice { try together(rounding(1)) }

  private func together(_ rounding: WeightRounding) throws -> Choice {
    var choice = Choice()
    try rounding.forEach(targets()) { choice.rounded[$0.weight] = $1.first }
    return choice
  }

  /// Returns the weights of few bits rounded each to the nearest integer: errors that cancel help only where inputs
  /// are alike.
  private func nearest() -> Choice {
    var choice = Choice()
    for weight in weights where weight.encoding.bits != .eight {
      let id = weight.constant.id
      guard let source = model.data(of: id) else { continue }
      let integers = weight.encoding.integers(of: source, count: weight.constant.elements)
      choice.rounded[id] = WeightRounding.Rounded(
        encoding: weight.encoding,
        values: weight.encoding.values(of: integers, count: weight.constant.elements), shift: nil)
    }
    return choice
  }

  private func rounding(_ caution: Double) -> WeightRounding {
    WeightRounding(
      model: model, samples: rounded, options: job.interpreter, effort: effort, job: job,
      caution: caution)
  }

  private func targets() -> [WeightRounding.Target] {
    let buffers = Dictionary(grouping: weights) { model[$0.constant.id].buffer }
    return weights.compactMap { weight in
      let id = weight.constant.id
      guard weight.encoding.levels == nil, weight.encoding.block == nil, !weight.encoding.isWidened,
        buffers[model[id].buffer]?.count == 1, let matrix = weight.matrix(in: model),
        [1, matrix.rows].contains(weight.encoding.magnitudes.count)
      else { return nil }
      return WeightRounding.Target(
        weight: id, matrix: matrix, places: weight.places, encodings: [weight.encoding],
        isCentred: weight.places.allSatisfy { takesBias($0, matrix) })
    }
  }

  /// Whether the operator has a bias, or one would be small beside its weights.
  private func takesBias(_ place: OperatorPlace, _ matrix: WeightMatrix) -> Bool {
    let entry = model.subgraphs[place.subgraph].operators[place.index]
    guard let position = entry.biasPosition(in: model), let inputs = entry.inputs else {
      return false
    }
    let isPresent = inputs.indices.contains(position) && inputs[position] >= 0
    return (isPresent || matrix.columns >= NewBias.leastWeights)
      && model.canShiftBias(of: place, rows: matrix.rows, job)
  }

  /// Returns the choice with biases that also take up what earlier errors make of the means; nil without biases.
  private func corrected(_ choice: Choice) throws -> Choice? {
    let shifted = weights.filter { weight in
      let matrix = weight.matrix(in: model)
      return weight.encoding.levels == nil && !weight.places.isEmpty
        && weight.places.allSatisfy { place in matrix.map { takesBias(place, $0) } ?? false }
    }
    guard !shifted.isEmpty else { return nil }
    let wanted = try means(model)
    var corrected = choice
    // Correcting one operator moves the inputs of the next.
    for _ in 0..<2 {
      let met = try means(model(with: corrected))
      for weight in shifted {
        for place in weight.places {
          let entry = model.subgraphs[place.subgraph].operators[place.index]
          guard let output = entry.planKey(in: place.subgraph), let new = met[output],
            let old = wanted[output], new.count == old.count
          else { continue }
          corrected.shifts[place] = try shift(weight, choice, new, wanted: old)
        }
      }
    }
    return corrected
  }

  /// The means of what weights meet, by the output of their operator.
  private func means(_ model: Model) throws -> [TensorID: [Double]] {
    let given = samples.fit
    return try RoundedModel(job.file.with(model), lanes: given.count, job.interpreter)
      .products([:], over: given.count) { given[$0] }.mapValues(\.means)
  }

  /// Σ w × wanted − ŵ × mean, by row; nil if it has no matrix or data.
  private func shift(
    _ weight: PlannedWeight, _ choice: Choice, _ means: [Double], wanted: [Double]
  ) throws -> [Double]? {
    let id = weight.constant.id
    guard let matrix = weight.matrix(in: model), let given = values(of: weight, choice) else {
      return nil
    }
    let real = try job.floats(of: id, in: model)
    let values = try job.floats(given, count: real.count)
    return (0..<matrix.rows).map { row in
      (0..<matrix.columns).reduce(0) { sum, column in
        let index = matrix.index(row, column)
        let place = matrix.input(row, column, of: means.count)
        guard means.indices.contains(place) else { return sum }
        return sum + Double(real[index]) * wanted[place] - Double(values[index]) * means[place]
      }
    }
  }

  // MARK: Models

  /// Returns the float model with the values that the integers stand for.
  private func model(with choice: Choice) throws -> Model {
    var copy = model
    for weight in weights {
      guard let values = values(of: weight, choice) else { continue }
      copy[weight.constant.id].buffer = copy.append(values)
    }
    try copy.shiftBiases(choice, of: weights, job)
    return copy
  }

  /// Returns what the integers of a weight stand for; nil if it has no data.
  private func values(of weight: PlannedWeight, _ choice: Choice) -> TensorData? {
    let id = weight.constant.id
    guard let source = model.data(of: id) else { return nil }
    return choice.rounded[id]?.values
      ?? weight.encoding.values(of: weight.integers(of: source), count: weight.constant.elements)
  }
}

extension Model {
  /// Adds to biases what a choice wants of them.
  mutating func shiftBiases(
    _ choice: DynamicSearch.Choice, of weights: [PlannedWeight], _ job: Job
  ) throws {
    for weight in weights {
      for place in weight.places {
        guard let shift = choice.shift(weight.constant.id, place) else { continue }
        try shiftBias(of: place, by: shift, weight: weight.constant.id, job)
      }
    }
  }
}

extension PlannedWeight {
  /// The uses that multiply by the weight; a lookup does not.
  private var products: [FloatConstant.Use] {
    constant.uses.filter { $0.role?.isWeight == true && $0.spec?.hybrid?.isLookup != true }
  }

  /// The operators that multiply by the weight.
  var places: [OperatorPlace] {
    products.map { OperatorPlace(subgraph: constant.id.subgraph, index: $0.place.operation) }
  }

  /// The matrix by which all operators multiply; nil if there is none, or not one alone.
  func matrix(in model: Model) -> WeightMatrix? {
    let matrices = products.map(constant.matrix)
    guard let first = matrices.first, Set(matrices).count == 1 else { return nil }
    return first
  }

  /// Returns the weight with integers that were chosen together.
  func with(
    _ rounded: WeightRounding.Rounded, in model: Model, _ job: Job
  ) throws -> PlannedWeight {
    try PlannedWeight(
      candidate, rounded.encoding, rounded: rounded.values, isBalanced: false, in: model, job)
  }
}
