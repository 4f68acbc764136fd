import Compression
import Evaluation
import Platform
import Samples
import TFLite

/// Makes the integers of weights so coarse that the file compresses best, as far as the outputs allow, or only as
/// far as a download budget asks for.
///
/// The noise of int8 weights is far below that of int8 activations in most models, so that weights can do with
/// fewer levels; kernels, types and shapes stay as they are. What a level costs is measured with the whole integer
/// model on samples from which no integer was made.
struct RateSearch {
  let rounding: WeightRounding
  let search: RangeSearch
  let biases: BiasSearch
  /// The forms of bias correction that suited the plain integers.
  let forms: [Plan.BiasForm]
  /// Samples that judge, those last that were held out.
  private(set) var judges: ExpectedResults
  /// The number of samples that were held out.
  private(set) var heldOut: Int
  let job: Job

  /// With fewer held-out samples those that check the searches judge too.
  private static let least = SearchLimit.of("RateSearch.least", 16)
  private static let most = SearchLimit.of("RateSearch.most", 64)
  /// What coarser weights alone may add to the noise: a fiftieth of the error, which samples cannot tell from none. On
  /// DS-CNN-L other biases alone change it by a twentieth.
  private static let slack = SearchLimit.of("RateSearch.slack", 0.04)
  /// What the noise of the whole model may be, as a share of that with plain integers: three hundredths of the error.
  /// Searches that end elsewhere move it by more, down to 0.8 times the error on samples that were used for nothing
  /// (MobileNetV1 0.25, DS-CNN-L); at 1.04 an autoencoder kept all its 258 kB, at 1.06 it takes 99 kB.
  private static let tolerance = SearchLimit.of("RateSearch.tolerance", 1.06)
  /// Of a gate for the error, which the outputs must pass after the file was written.
  private static let marginOfGate = SearchLimit.of("RateSearch.marginOfGate", 0.97)
  /// Positions that are tried from the coarsest one down, this many sixty-fourths of a level apart: each takes as
  /// long as all searches for plain integers.
  private static let tries = SearchLimit.of("RateSearch.tries", 6)
  private static let step = SearchLimit.of("RateSearch.step", 64)
  /// The built-in compressor's size differs from libz's by less than this share.
  private static let sizeMargin = 0.003

  /// `source` has the held-out samples, from which neither integers nor ranges come.
  init(
    rounding: WeightRounding, search: RangeSearch, biases: BiasSearch, forms: [Plan.BiasForm],
    source: SampleSource, reference: ModelFile, _ job: Job
  ) throws {
    (self.rounding, self.search, self.biases) = (rounding, search, biases)
    (self.forms, self.job) = (forms, job)
    let more = try source.heldOut(threads: job.options.threads).prefix(Self.most)
    let own = more.count < Self.least ? search.check.samples : []
    (heldOut, judges) = (search.check.samples.count, search.check)
    guard !more.isEmpty else { return }
    heldOut = more.count
    judges = try ExpectedResults(
      own + more.map(source.sample), probes: search.check.probes, of: reference, search.options)
  }

  /// A state with coarser integers, and how they came about.
  struct Found {
    let state: IntegerState
    let choice: Plan.Rate
    let summary: CalibrationSummary.Rate
  }

  /// Returns the state with coarser integers; nil where nothing can be gained. `suited` returns the state with
  /// integers of weights, and ranges and biases that were searched for with them: those that were searched for with
  /// others cost MobileNetV1 0.75 half as much noise again, whatever the integers.
  func best(
    _ state: IntegerState, suited: ([TensorID: WeightRounding.Rounded]) throws -> IntegerState
  ) throws -> Found? {
    let stage = ProgressStage("choosing integers that compress")
    defer { stage.end() }
    let noise = try noise(of: state)
    let download = try state.download()
    let budget = state.options.download.map { Int(Double($0) * (1 - Self.sizeMargin)) }
    if let budget, download <= budget, state.options.effort < 3 { return nil }
    guard let ladder = try ladder(state, noise), ladder.positions > 0 else { return nil }
    func found(
      at position: Int, if isGood: (IntegerState, _ noise: Double) throws -> Bool
    ) throws -> Found? {
      let found = try suited(ladder.rounding(at: position))
      let smaller = try found.download()
      guard smaller < download else { return nil }
      let after = try self.noise(of: found)
      guard try isGood(found, after) else { return nil }
      return Found(
        state: found, choice: Plan.Rate(noise: noise, position: position),
        summary: CalibrationSummary.Rate(
          weights: try layers(ladder.weights.map(\.weight), state, found),
          noise: (noise, after), download: (download, smaller)))
    }
    if let budget, download > budget {
      let fits = { try trial(state, ladder.rounding(at: $0)).download() <= budget }
      let first = min(ladder.positions, try last(ladder) { try !fits($0) } + 1)
      return try found(at: first) { _, _ in true }
    }
    let gate = try gate(of: state)
    let coarsest = max(
      try withoutMoreError(state, ladder, noise),
      try gate.map { gate in
        try last(ladder) { try passes(trial(state, ladder.rounding(at: $0)), gate) }
      } ?? 0)
    for position in stride(from: coarsest, to: 0, by: -Self.step).prefix(Self.tries) {
      let found = try found(at: position) { state, after in
        try gate.map { try passes(state, $0) } ?? (after <= noise * Self.tolerance)
      }
      if let found { return found }
    }
    return nil
  }

  /// Returns the coarsest position whose weights alone add no noise that samples can tell; 0 if none has.
  ///
  /// The noise of activations goes up and down with each change of weights, that of weights alone grows evenly: it says
  /// how far to go, and the whole model whether to stay.
  private func withoutMoreError(
    _ state: IntegerState, _ ladder: RateLadder, _ noise: Double
  ) throws -> Int {
    let limit = try ofWeights(state) + Self.slack * noise
    return try last(ladder) {
      try ofWeights(state.adding(ladder.rounding(at: $0))) <= limit
    }
  }

  /// The gate for the error of the outputs, on the samples that the report has it from.
  private struct Gate {
    /// The squared relative error of the worst output.
    let most: Double
    let expected: ExpectedResults
  }

  private func gate(of state: IntegerState) throws -> Gate? {
    guard let error = state.options.error else { return nil }
    let file = job.file.with(state.model)
    let outputs = file.model.floatOutputs(signature: search.options.signature)
    return Gate(
      most: error * error * Self.marginOfGate,
      expected: try ExpectedResults(
        judges.samples.suffix(heldOut), probes: outputs, of: file, search.options))
  }

  private func passes(_ state: IntegerState, _ gate: Gate) throws -> Bool {
    let found = try search.model(state, job).results(state.parameters.byTensor, gate.expected)
    return gate.expected.greatestError(found) <= gate.most
  }

  /// Returns the state with the integers that a plan chose.
  func state(_ state: IntegerState, at choice: Plan.Rate) throws -> IntegerState {
    guard let ladder = try ladder(state, choice.noise), 0...ladder.positions ~= choice.position
    else { return state }
    return try trial(state, ladder.rounding(at: choice.position))
  }

  private func ladder(_ state: IntegerState, _ noise: Double) throws -> RateLadder? {
    let few = search.fit.limited(to: RowSensitivity.samples)
    let targets = try IntegerState.targets(of: [state])
    let weights = targets.map { target in
      let means = target.places.first.flatMap { place in
        state.graph[place].outputs.first.flatMap { state.statistics.products[$0.id]?.means }
      }
      return RowSensitivity.Weight(
        id: target.weight, matrix: target.matrix, means: target.isCentred ? means : nil)
    }
    let sensitivity = try RowSensitivity(model: state.model, expected: few, job: job)
      .noise(of: weights)
    return try RateLadder(state, noise: noise, sensitivity: sensitivity, rounding)
  }

  private func noise(of state: IntegerState) throws -> Double {
    try search.model(state, job).noise(state.parameters.byTensor, on: judges)
  }

  /// With activations as they are.
  private func ofWeights(_ state: IntegerState) throws -> Double {
    try search.model(state, job).noise([:], on: judges)
  }

  private func trial(
    _ state: IntegerState, _ rounding: [TensorID: WeightRounding.Rounded]
  ) throws -> IntegerState {
    ProgressStage.tried()
    let trial = try state.adding(rounding)
    return forms.isEmpty ? trial : try biases.state(trial, with: forms)
  }

  /// Returns the last position that passes: of whole levels first, then between two. 0 if none does.
  private func last(_ ladder: RateLadder, _ passes: (Int) throws -> Bool) throws -> Int {
    let width = RateLadder.width
    var (low, high) = (0, ladder.levels.count)
    while low < high {
      let middle = (low + high + 1) / 2
      if try passes(middle * width) { low = middle } else { high = middle - 1 }
    }
    guard low < ladder.levels.count else { return low * width }
    var (first, last) = (low * width, (low + 1) * width - 1)
    while first < last {
      let middle = (first + last + 1) / 2
      if try passes(middle) { first = middle } else { last = middle - 1 }
    }
    return first
  }

  /// The entropy of weights before and after, where it changed.
  private func layers(
    _ weights: [TensorID], _ before: IntegerState, _ after: IntegerState
  ) throws -> [CalibrationSummary.Rate.Weight] {
    let (old, new) = (try before.entropies(of: weights), try after.entropies(of: weights))
    return weights.compactMap { id in
      guard let old = old[id], let new = new[id], old != new else { return nil }
      return .init(
        name: before.model[id].label, elements: before.model[id].elementCount ?? 0, bits: (old, new)
      )
    }
  }
}

extension Model {
  /// The float outputs of the subgraph that a signature runs.
  fileprivate func floatOutputs(signature: String?) -> [TensorID] {
    let chosen = signatures.first { $0.key?.description == signature }
    let index = Int(chosen?.subgraphIndex ?? 0)
    guard subgraphs.indices.contains(index) else { return [] }
    return (subgraphs[index].outputs ?? []).filter { $0 >= 0 }.map { TensorID(index, $0) }
      .filter { self[$0].type == .float32 }
  }
}

extension ExpectedResults {
  /// The squared relative error of the worst probe.
  fileprivate func greatestError(_ found: [[[Float]]]) -> Double {
    probes.indices.map { probe in
      var (error, energy) = (0.0, 0.0)
      for (expected, found) in zip(values, found) {
        for (x, y) in zip(expected[probe], found[probe]) where x.isFinite {
          let difference = Double(y) - Double(x)
          error += difference * difference
          energy += Double(x) * Double(x)
        }
      }
      return error / max(energy, .leastNormalMagnitude)
    }.max() ?? 0
  }
}

extension IntegerState {
  /// The bytes of the file that this becomes under deflate level 6.
  fileprivate func download() throws -> Int {
    var (written, copy) = (model, job)
    try write(to: &written, &copy)
    _ = written.removeUnused()
    var encoder = DeflateEncoder(level: .six, keepsOutput: false)
    try ModelWriter(written, of: job.file).forEachPart { encoder.append($0) }
    return encoder.finish().count
  }

  /// The bits that an integer of each weight has on average.
  fileprivate func entropies(of weights: [TensorID]) throws -> [TensorID: Double] {
    var found: [TensorID: Double] = [:]
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      for input in entry.inputs where input.role.isWeight && weights.contains(input.id) {
        guard let data = try self.weights(of: entry, input).integers(in: model),
          var counter = ByteStatisticsCounter(kind: .integer(bytes: 1))
        else { continue }
        let reader = job.reader(data)
        defer { reader.releaseMemory() }
        try reader.withBytes(in: 0..<data.count) { counter.append($0) }
        found[input.id] = counter.finish().entropyBits
      }
    }
    return found
  }
}
