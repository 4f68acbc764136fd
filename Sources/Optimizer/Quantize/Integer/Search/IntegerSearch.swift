import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite

/// Finds the parameters of an integer model: statistics, first ranges, corrected biases, and as much
/// searching as the effort allows, each step kept only where the outputs get nearer to the float
/// model's on samples that it was not made from.
struct IntegerSearch {
  private(set) var state: IntegerState
  private(set) var summary = CalibrationSummary()
  private var options: IntegerOptions
  private let samples: CalibrationSource
  private let job: Job
  private let reference: ModelFile
  private let known: [TensorID: ClosedRange<Float>]
  private let plan: GivenPlan?
  /// What the searches decided.
  private(set) var choices = Plan.Searches()

  init(
    _ model: Model, options: IntegerOptions, samples: CalibrationSource, plan: GivenPlan? = nil,
    job: Job
  ) throws {
    self.plan = plan
    self.options = options
    self.samples = samples
    self.job = job
    reference = job.file.with(model)
    let statistics: CalibrationStatistics
    statistics =
      try samples.statistics ?? Self.calibrate(reference, options, samples.samples, job)
    summary.digests = try samples.samples.digests(threads: job.options.threads)
    summary.samples = statistics.samples
    summary.notice(statistics, in: model)
    known = samples.knownRanges(of: model, signature: job.options.signature)
    summary.notice(known, statistics, in: model)
    if options.mode == .int16x8 {
      let wide = try WidePRelu(model, statistics, plan: plan, job)
      state = try IntegerState(
        wide.model, wide.statistics, options, plan: wide.plan, known: known, job)
    } else {
      state = try IntegerState(model, statistics, options, plan: plan, known: known, job)
    }
    if decided == nil { try state.followEncodings() }
  }

  /// Lets ranges reach what held-out samples hold, once these have judged whether ranges should be
  /// wider still.
  private mutating func joinHeldOut(judgedBy search: RangeSearch? = nil) throws {
    guard decided == nil, samples.hasSamples,
      let unseen = try UnseenSamples(samples, of: state.model, job.interpreter, job)
    else { return }
    if let search,
      let best = try unseen.best(state, search: search, reference: reference)
    {
      (state, summary.unseen) = best
    }
    state = try unseen.joining(state)
  }

  private static func calibrate(
    _ file: ModelFile, _ options: IntegerOptions, _ samples: SampleSource, _ job: Job
  ) throws -> CalibrationStatistics {
    try Calibrator(file, options: job.interpreter)
      .statistics(on: samples, averages: options.range == .ema)
  }

  /// What searches decided when the plan was made; nil where they are to decide.
  private var decided: Plan.Searches? { plan?.plan.searches[options.mode] }

  /// Finds the weights that keep eight bits.
  mutating func chooseWeights() throws {
    guard options.choosesWeights else { return }
    let targets = try IntegerState.targets(of: [state]).filter { $0.encodings[0].bits != .eight }
    var values: [TensorID: TensorData] = [:]
    for entry in state.graph.operators.joined() {
      for operand in entry.inputs where targets.contains(where: { $0.weight == operand.id }) {
        let weights = try state.weights(of: entry, operand)
        guard let integers = weights.integers(in: state.model) else { continue }
        values[operand.id] = weights.encoding.values(
          of: integers, count: state.model[operand.id].elementCount ?? 0)
      }
    }
    if options.searches, samples.hasSamples {
      let chosen = try SearchSamples(samples.samples, threads: job.options.threads)
      try rounding(of: state, chosen).forEach(targets) { values[$0.weight] = $1.first?.values }
    }
    let type = options.weights.type
    options.wide = try NarrowChoice(state.model, samples, job).wide(values)
      .mapValues { .losesTooMuch(type, error: $0) }
    state.options.wide = options.wide
    try state.correctBiases()
  }

  mutating func run() throws {
    let probes = Probes.tensors(of: reference.model, signature: job.options.signature)
    let chosen =
      options.searches && samples.hasSamples && !probes.isEmpty
      ? try SearchSamples(samples.samples, threads: job.options.threads) : nil
    guard let chosen, !chosen.isEmpty else {
      try joinHeldOut()
      return try state.followEncodings()
    }
    if let decided { return try replay(decided, chosen, probes) }
    let search = try search(probes, chosen)
    state = try withIslands(search)
    if options.mode == .int8 {
      var judge = search.judge(state, job)
      try loosenLoops(&judge)
      try judge.offer(judge.incumbent.spanning(1))
      if let equal = try equalized(judge.incumbent, chosen) {
        for trial in [equal, try equal.spanning(1)] where try judge.offer(trial) {
          choices.equalizes = true
        }
      }
      state = judge.incumbent
    }
    let others = try round(search, chosen)
    try widenSteps(others, search)
    let weights = state
    try suitWeights(search)
    // Training begins where all else ends, so that held-out samples compare it with that.
    if let training = options.training {
      try train(training, search, probes)
    } else if options.mode == .int8, options.effort >= 3 || options.download != nil {
      try compress(from: weights, probes, chosen)
    }
  }

  /// Searches for ranges and biases that suit the integers of weights.
  private mutating func suitWeights(_ search: RangeSearch) throws {
    if options.mode == .int8 { try search.improve(&state, job) }
    try joinHeldOut(judgedBy: search)
    if options.mode == .int8, options.correctsBiases {
      try state.correctBiases()
      (state, choices.biases) = try biasSearch(search).best(state)
    }
  }

  /// Chooses integers of weights that compress, as far as the outputs or a download budget allow.
  /// They get ranges and biases of their own, from those that `weights` has.
  private mutating func compress(
    from weights: IntegerState, _ probes: [TensorID], _ chosen: SearchSamples
  ) throws {
    let search = try search(probes, chosen)
    var suited = self
    let found = try rateSearch(search, chosen).best(state) { rounding in
      suited.summary.unseen = nil
      suited.state = try weights.adding(rounding)
      try suited.suitWeights(search)
      return suited.state
    }
    guard let found else { return }
    (state, summary.unseen) = (found.state, suited.summary.unseen)
    (summary.rate, choices.rate, choices.biases) = (
      found.summary, found.choice, suited.choices.biases
    )
  }

  private func rateSearch(
    _ search: RangeSearch, _ chosen: SearchSamples
  ) throws -> RateSearch {
    try RateSearch(
      rounding: rounding(of: state, chosen), search: search, biases: biasSearch(search),
      forms: options.correctsBiases ? choices.biases : [], source: samples.samples,
      reference: reference, job)
  }

  /// Does what the plan's searches decided, without trials.
  private mutating func replay(
    _ decided: Plan.Searches, _ chosen: SearchSamples, _ probes: [TensorID]
  ) throws {
    choices = decided
    if decided.equalizes, let equal = try equalized(state, chosen) { state = equal }
    if decided.roundsTogether {
      let rounding = try rounding(of: [state], chosen)
      state = try state.with(rounding: rounding[0])
    }
    if decided.compensates {
      state = try compensated(state, chosen, search(probes, chosen)) ?? state
    }
    try state.followEncodings()
    guard options.mode == .int8 else { return }
    if options.correctsBiases { try state.correctBiases() }
    let hasBiases = options.correctsBiases && !decided.biases.isEmpty
    guard hasBiases || decided.rate != nil else { return }
    let search = try search(probes, chosen)
    if hasBiases { state = try biasSearch(search).state(state, with: decided.biases) }
    if let rate = decided.rate { state = try rateSearch(search, chosen).state(state, at: rate) }
  }

  private func search(_ probes: [TensorID], _ chosen: SearchSamples) throws -> RangeSearch {
    try RangeSearch(
      reference: reference, probes: probes, samples: chosen, options: job.interpreter,
      effort: options.effort)
  }

  /// Returns the integers of weights that are chosen together, by state.
  private func rounding(
    of states: [IntegerState], _ chosen: SearchSamples
  ) throws -> [[TensorID: WeightRounding.Rounded]] {
    var found = [[TensorID: WeightRounding.Rounded]](repeating: [:], count: states.count)
    guard let first = states.first else { return found }
    try rounding(of: first, chosen).forEach(IntegerState.targets(of: states)) { target, rounded in
      for index in found.indices { found[index][target.weight] = rounded[index] }
    }
    return found
  }

  private func rounding(
    of state: IntegerState, _ chosen: SearchSamples
  ) throws -> WeightRounding {
    let samples = try WeightRounding.samples(
      chosen, of: job.file.with(state.model), isNarrow: options.weights != .eight,
      effort: options.effort, job.interpreter)
    return WeightRounding(
      model: state.model, samples: samples, options: job.interpreter, effort: options.effort,
      job: job)
  }

  /// Returns the state with weights of few bits rounded one layer after the other, and biases that hold the outputs'
  /// means; nil where there are none, or runs would take too long.
  private func compensated(
    _ state: IntegerState, _ chosen: SearchSamples, _ search: RangeSearch
  ) throws -> IntegerState? {
    guard options.weights != .eight, state.islands.isEmpty else { return nil }
    let targets = try IntegerState.targets(of: [state]).filter { $0.encodings[0].bits != .eight }
    let layers = try LayerCompensation(rounding: rounding(of: state, chosen), targets: targets)
    let found = try layers.run(from: state.rounding) {
      try state.with(rounding: $0).rounded()
    }
    guard let found else { return nil }
    let trial = try state.with(rounding: found)
    guard options.mode == .int8, options.correctsBiases else { return trial }
    return try biasSearch(search).full(trial)
  }

  private func biasSearch(_ search: RangeSearch) -> BiasSearch {
    BiasSearch(
      search: search, samples: samples.samples, hasOwnStatistics: samples.statistics == nil,
      options: job.interpreter, job: job)
  }

  /// The integers of weights for other steps.
  private typealias Steps = (
    greatest: [TensorID: Int], rounding: [TensorID: WeightRounding.Rounded]
  )

  /// Chooses the integers of weights together, and keeps that if it alone brings the outputs nearer.
  /// Gives those for wider steps, the widest first.
  private mutating func round(_ search: RangeSearch, _ chosen: SearchSamples) throws -> [Steps] {
    // A plan's own choices stand.
    let wider = try state.greatest.isEmpty ? StepSearch.choices(of: state, job) : []
    let rounding = try rounding(
      of: [state] + wider.map { state.with(greatest: $0) }, chosen)
    var judge = search.judge(state, withFloats: true, job)
    choices.roundsTogether = try judge.offer(state.with(rounding: rounding[0]))
    if choices.roundsTogether, let trial = try compensated(judge.incumbent, chosen, search) {
      choices.compensates = try judge.offer(trial)
    }
    state = judge.incumbent
    return zip(wider, rounding.dropFirst()).map { ($0, $1) }
  }

  /// Widens the steps of weights that are largely zero as far as the outputs allow.
  private mutating func widenSteps(_ choices: [Steps], _ search: RangeSearch) throws {
    guard !choices.isEmpty else { return }
    let trials = try choices.map {
      try state.with(greatest: $0.greatest).with(rounding: $0.rounding)
    }
    let found = try StepSearch(job: job, search: search)
      .widest(of: trials, than: state)
    if let found { (state, self.choices.roundsTogether) = (found, true) }
  }

  /// Trains weights and biases, and keeps that if the outputs get nearer to those of the file that
  /// came in, on samples that were not trained on.
  private mutating func train(
    _ training: TrainingOptions, _ search: RangeSearch, _ probes: [TensorID]
  ) throws {
    let chosen = try TrainingSamples(samples, training, threads: job.options.threads)
    let teacher = try teacher(probes)
    try state.chooseFloatWeights(samples)
    let outputs = TrainingOutputs(
      probes, of: teacher.isOwn ? state.model : teacher.file.model
    ).flatMap(teacher.known)
    let trained = try outputs.flatMap {
      try IntegerTraining(
        state: state, teacher: teacher, samples: chosen, outputs: $0, options: training, job: job
      ).trained(search)
    }
    guard let trained else {
      return summary.warnings.append(
        "nothing was trained: no weight can be, or the budget is too small")
    }
    summary.noticeTraining(samples: chosen.order.count, ends: trained.ends)
    summary.training = trained.summary
    guard trained.summary.isKept else { return }
    // What held-out samples said before is of other weights.
    (state, choices.biases, summary.unseen) = (trained.state, [], nil)
  }

  /// Returns the teacher that was given, or else the file that came in where its outputs are the same.
  private func teacher(_ probes: [TensorID]) throws -> Teacher {
    if let own = samples.teacher { return try Teacher(own, for: reference.model, job) }
    let isInput =
      job.log.hasOtherValues
      && Probes.tensors(of: job.file.model, signature: job.options.signature) == probes
    return Teacher(isInput ? job.file : reference)
  }

  /// Leaves operators float where the outputs gain much by it and their types allow it.
  private func withIslands(_ search: RangeSearch) throws -> IntegerState {
    guard !options.isStrict, options.io == IOTypes(), plan == nil else { return state }
    let (model, statistics) = (state.model, state.statistics)
    return try FloatIslands(search: search, effort: options.effort, job: job) { [self] floats in
      try IntegerState(model, statistics, options, known: known, islands: floats, job)
    }.best(state)
  }

  /// How many times less the noise must be with float loops, which are slower and larger. Half and
  /// double of it give the same bytes in both keyword models with loops, an LSTM and a GRU; integer loops
  /// cost these 19 and 8 dB.
  private static let loopMargin = SearchLimit.of("IntegerSearch.loopMargin", 1.5)

  /// Leaves loops float where that lowers the noise of the outputs by a third.
  private func loosenLoops(_ judge: inout Judge<IntegerState>) throws {
    guard !Loops(state.model).isEmpty else { return }
    let trial = try IntegerState(
      state.model, state.statistics, options, plan: plan, known: known, floatLoops: true,
      islands: state.islands, job)
    try judge.offer(trial, margin: Self.loopMargin)
  }

  /// Returns the state with channels scaled between layers towards equal ranges; nil where no layers
  /// allow that.
  private func equalized(
    _ state: IntegerState, _ chosen: SearchSamples
  ) throws -> IntegerState? {
    let stage = ProgressStage("equalizing")
    defer { stage.end() }
    let equalizer = Equalizer(state)
    guard !equalizer.pairs.isEmpty,
      let equal = try equalizer.model(chosen.fit, job.interpreter, job)
    else { return nil }
    let statistics = try Self.calibrate(
      job.file.with(equal.model), options, samples.samples, job)
    var trial = try IntegerState(
      equal.model, statistics, options, plan: plan, known: known, floatLoops: state.floatLoops,
      islands: state.islands, job)
    trial.channelFactors = equal.factors
    if decided == nil { try trial.followEncodings() }
    return trial
  }

  /// Every operator that would stay float, as an error.
  var strictFault: OptimizerFault? {
    var floats: [OptimizerFault.FloatOperator] = []
    for entry in state.graph.operators.joined() {
      guard
        case .float(let reason) = state.graph.verdicts[entry.place.subgraph][entry.place.index]
      else { continue }
      floats.append(
        .init(
          subgraph: entry.place.subgraph, index: entry.place.index, name: entry.name,
          reason: reason))
    }
    return floats.isEmpty ? nil : .floatOperators(floats)
  }
}
