import Calibration
import Interpreter
import OpSet
import TFLite

/// Finds the parameters of an integer model: statistics, first ranges, corrected biases, and as much
/// searching as the effort allows, each step kept only where the outputs get nearer to the float
/// model's on samples that it was not made from.
struct IntegerSearch {
  private(set) var model: Model
  let options: IntegerOptions
  let samples: CalibrationSource
  let context: PassContext
  private(set) var statistics: CalibrationStatistics
  private(set) var values: ConstantValues
  private(set) var graph: IntegerGraph
  private(set) var parameters: IntegerParameters
  private(set) var biases: [TensorID: [Float]] = [:]
  private(set) var summary = CalibrationSummary()
  private var chosen: SearchSamples?

  init(
    _ model: Model, options: IntegerOptions, samples: CalibrationSource, context: PassContext
  ) throws {
    self.model = model
    self.options = options
    self.samples = samples
    self.context = context
    var run = options.interpreter(context)
    run.signature = options.signature
    if let given = samples.statistics {
      statistics = given
    } else {
      let result = try Calibrator(context.file.with(model), options: run).run(
        over: samples.count, includes: samples.split.isForCalibration, samples.sample)
      statistics = result.statistics
      summary.digests = result.digests
    }
    summary.samples = statistics.samples
    values = ConstantValues(model, context)
    graph = try IntegerGraph(
      model, mode: options.mode, context: context, values: values, statistics: statistics)
    let choice = RangeChoice(
      model: model, graph: graph, statistics: statistics, method: options.firstRange)
    parameters = try IntegerParameters(
      graph, ranges: choice.ranges, seen: choice.seen, values: values,
      isSymmetric: options.isSymmetric)
    summary.notice(statistics, in: model)
  }

  mutating func run() throws {
    if options.searches, samples.count > 0 {
      chosen = try SearchSamples(samples, digests: summary.digests)
    }
    if options.correctsBiases { try correctBiases() }
    guard options.searches, options.mode == .int8, let chosen, !chosen.isEmpty else { return }
    try searchRanges(chosen)
    // The floor of weight scales follows the input scales.
    if options.correctsBiases { try correctBiases() }
  }

  private mutating func correctBiases() throws {
    let correction = BiasCorrection(
      model: model, parameters: parameters, values: values, statistics: statistics,
      isPerTensor: options.isPerTensor)
    biases = try correction.biases()
  }

  private mutating func searchRanges(_ chosen: SearchSamples) throws {
    let rounded = try RoundedWeights(
      model: model, parameters: parameters, values: values, biases: biases,
      isPerTensor: options.isPerTensor
    ).rounded()
    let search = try RangeSearch(
      reference: context.file.with(model), rounded: context.file.with(rounded),
      probes: Probes.tensors(of: model, signature: options.signature), samples: chosen,
      options: options.interpreter(context), effort: options.effort)
    let choice = RangeChoice(
      model: model, graph: graph, statistics: statistics, method: options.firstRange)
    try search.improve(&parameters, choice)
  }

  /// Every operator that would stay float, as an error.
  var strictFault: OptimizerFault? {
    var floats: [OptimizerFault.FloatOperator] = []
    for entry in graph.operators.joined() {
      guard case .float(let reason) = graph.verdicts[entry.place.subgraph][entry.place.index] else {
        continue
      }
      floats.append(
        .init(
          subgraph: entry.place.subgraph, index: entry.place.index, name: entry.name,
          reason: reason))
    }
    return floats.isEmpty ? nil : .floatOperators(floats)
  }

  func write(to model: inout Model, _ context: inout PassContext) throws {
    let io = IOEncodings(
      options.io, model: model, parameters: parameters, statistics: statistics)
    try IntegerWriter(
      parameters, values: values, isPerTensor: options.isPerTensor, biases: biases, io: io
    ).write(to: &model, &context)
  }
}

extension IntegerOptions {
  var searches: Bool { effort >= 2 && range == .auto }

  /// What ranges are before any search.
  var firstRange: RangeMethod { range == .auto ? (effort == 0 ? .minmax : .mse) : range }

  func interpreter(_ context: PassContext) -> Interpreter.Options {
    var run = Interpreter.Options()
    run.threads = context.options.threads
    run.signature = signature
    if let limit = context.options.maxMemory { run.maxMemory = limit }
    return run
  }
}

extension ModelFile {
  /// The same file with another model that refers to its bytes.
  func with(_ model: Model) -> ModelFile {
    var copy = self
    copy.model = model
    return copy
  }
}
