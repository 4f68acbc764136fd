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
  private let options: IntegerOptions
  private let samples: CalibrationSource
  private let context: PassContext
  private let reference: ModelFile
  private let known: [TensorID: ClosedRange<Float>]

  init(
    _ model: Model, options: IntegerOptions, samples: CalibrationSource, context: PassContext
  ) throws {
    self.options = options
    self.samples = samples
    self.context = context
    reference = context.file.with(model)
    let statistics: CalibrationStatistics
    statistics =
      try samples.statistics ?? Self.calibrate(reference, options, samples.samples, context)
    summary.digests = try samples.samples.digests(threads: context.options.threads)
    summary.samples = statistics.samples
    summary.notice(statistics, in: model)
    known = samples.knownRanges(of: model, signature: options.signature)
    summary.notice(known, statistics, in: model)
    if options.mode == .int16x8 {
      let wide = try WidePRelu(model, statistics, context)
      state = try IntegerState(wide.model, wide.statistics, options, known: known, context)
    } else {
      state = try IntegerState(model, statistics, options, known: known, context)
    }
  }

  private static func calibrate(
    _ file: ModelFile, _ options: IntegerOptions, _ samples: SampleSource, _ context: PassContext
  ) throws -> CalibrationStatistics {
    try Calibrator(file, options: options.interpreter(context))
      .statistics(on: samples, averages: options.range == .ema)
  }

  mutating func run() throws {
    guard options.searches, samples.hasSamples else { return }
    let chosen = try SearchSamples(samples.samples, threads: context.options.threads)
    guard !chosen.isEmpty else { return }
    let probes = Probes.tensors(of: reference.model, signature: options.signature)
    guard !probes.isEmpty else { return }
    let search = try RangeSearch(
      reference: reference, probes: probes, samples: chosen,
      options: options.interpreter(context), effort: options.effort)
    if options.mode == .int8 {
      var judge = search.judge(state, context)
      try loosenLoops(&judge)
      try equalize(&judge, chosen)
      state = judge.incumbent
    }
    let others = try round(search, chosen)
    try widenSteps(others, search)
    guard options.mode == .int8 else { return }
    try search.improve(&state, context)
    guard options.correctsBiases else { return }
    try state.correctBiases()
    state = try BiasSearch(
      search: search, samples: samples.samples, hasOwnStatistics: samples.statistics == nil,
      options: options.interpreter(context), context: context
    ).best(state)
  }

  /// The integers of weights for other steps.
  private typealias Steps = (greatest: [TensorID: Int], rounding: [TensorID: TensorData])

  /// Chooses the integers of weights together, and keeps that if it alone brings the outputs nearer.
  /// Gives those for wider steps, the widest first.
  private mutating func round(_ search: RangeSearch, _ chosen: SearchSamples) throws -> [Steps] {
    let wider = try StepSearch.choices(of: state, context)
    let rounding = try WeightRounding(
      states: [state] + wider.map { state.with(greatest: $0) }, samples: chosen.fit,
      options: options.interpreter(context), effort: options.effort, context: context
    ).rounded()
    var judge = search.judge(state, withFloats: true, context)
    try judge.offer(state.with(rounding: rounding[0]))
    state = judge.incumbent
    return zip(wider, rounding.dropFirst()).map { ($0, $1) }
  }

  /// Widens the steps of weights that are largely zero as far as the outputs allow.
  private mutating func widenSteps(_ choices: [Steps], _ search: RangeSearch) throws {
    guard !choices.isEmpty else { return }
    let trials = try choices.map {
      try state.with(greatest: $0.greatest).with(rounding: $0.rounding)
    }
    let found = try StepSearch(file: context.file, context: context, search: search)
      .widest(of: trials, than: state)
    if let found { state = found }
  }

  /// How many times less the noise must be with float loops, which are slower and larger.
  private static let loopMargin = SearchLimit.of("IntegerSearch.loopMargin", 1.5)

  /// Leaves loops float where that lowers the noise of the outputs by a third.
  private func loosenLoops(_ judge: inout Judge<IntegerState>) throws {
    guard !Loops(state.model).isEmpty else { return }
    let trial = try IntegerState(
      state.model, state.statistics, options, known: known, floatLoops: true, context)
    try judge.offer(trial, margin: Self.loopMargin)
  }

  /// Scales channels between layers towards equal ranges, and keeps that if the outputs gain.
  private func equalize(_ judge: inout Judge<IntegerState>, _ chosen: SearchSamples) throws {
    let state = judge.incumbent
    let equalizer = Equalizer(state)
    guard !equalizer.pairs.isEmpty,
      let equal = try equalizer.model(chosen.fit, options.interpreter(context), context)
    else { return }
    let statistics = try Self.calibrate(
      context.file.with(equal), options, samples.samples, context)
    let trial = try IntegerState(
      equal, statistics, options, known: known, floatLoops: state.floatLoops, context)
    try judge.offer(trial)
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

extension IntegerOptions {
  var searches: Bool { effort >= 2 && range == .auto }

  /// What ranges are before any search.
  var firstRange: RangeMethod { range == .auto ? (effort == 0 ? .minmax : .mse) : range }

  func interpreter(_ context: PassContext) -> Interpreter.Options {
    context.interpreter(signature: signature)
  }
}
