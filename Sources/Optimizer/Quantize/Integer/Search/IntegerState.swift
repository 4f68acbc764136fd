import Evaluation
import OpSet
import TFLite

/// A float model with all that an integer form of it needs: what its tensors hold, which of them
/// become integers, with which parameters, and with which biases.
struct IntegerState {
  let model: Model
  let statistics: CalibrationStatistics
  let values: ConstantValues
  private(set) var graph: IntegerGraph
  var parameters: IntegerParameters
  private(set) var biases: [TensorID: [Float]] = [:]
  /// Weights whose integers were chosen together.
  private(set) var rounding: [TensorID: WeightRounding.Rounded] = [:]
  /// The greatest integers of weights with wider steps.
  private(set) var greatest: [TensorID: Int]
  /// By which equalization multiplied the channels of tensors.
  var channelFactors: [TensorID: [Float]] = [:]
  var options: IntegerOptions
  /// The weights of operators that stay float, once they are chosen.
  private(set) var floatWeights: FloatWeights?
  private var useful: UsefulRanges
  /// First ranges, and what they come from.
  private(set) var choice: RangeChoice
  /// The bodies of loops compute with floats.
  let floatLoops: Bool
  /// Operators that stay float for the outputs' sake.
  let islands: [OperatorPlace: Reason]
  /// The plan that is followed, if any.
  let plan: GivenPlan?
  let job: Job

  /// `known` are ranges that inputs are known to keep.
  init(
    _ model: Model, _ statistics: CalibrationStatistics, _ options: IntegerOptions,
    plan: GivenPlan? = nil, known: [TensorID: ClosedRange<Float>], floatLoops: Bool = false,
    islands: [OperatorPlace: Reason] = [:], _ job: Job
  ) throws {
    self.floatLoops = floatLoops
    self.islands = islands
    self.plan = plan
    greatest = plan?.plan.greatest ?? [:]
    self.job = job
    self.model = model
    self.statistics = statistics
    self.options = options
    values = ConstantValues(model, job)
    var floats = islands
    if options.mode == .int16x8, !options.isStrict {
      floats.merge(model.lookups(of: values, beside: plan?.plan)) { old, _ in old }
    }
    while true {
      let graph = try IntegerGraph(
        model, mode: options.mode, floatLoops: floatLoops, floats: floats, plan: plan, job: job,
        values: values, statistics: statistics)
      let useful = try UsefulRanges(model, graph.graphs, statistics, values)
      let choice = RangeChoice(
        model: model, graph: graph, statistics: statistics, method: options.firstRange,
        known: known, useful: useful)
      let parameters = try IntegerParameters(
        graph, ranges: choice.ranges, seen: choice.seen, values: values, useful: useful,
        isSymmetric: options.isSymmetric)
      let misfits = parameters.misfits
      (self.graph, self.useful, self.choice, self.parameters) = (graph, useful, choice, parameters)
      if misfits.isEmpty { break }
      for place in misfits { floats[place] = .hasScalesTooFarApart }
    }
    try correctBiases()
  }

  /// Takes the scales and zero points that the plan gives, and corrects biases for them.
  mutating func followEncodings() throws {
    guard let plan else { return }
    let planned = try graph.planned(plan.plan, job, in: model)
    guard !planned.isEmpty else { return }
    parameters.follow(planned)
    try correctBiases()
  }

  /// Returns the same with ranges that reach as far as `others`, by group, where they reached as far
  /// as the samples that made them do; ends that were chosen within stay.
  func joining(_ others: [ClosedRange<Float>]) throws -> IntegerState {
    try with(parameters(joining: others))
  }

  /// Returns the parameters of `joining`.
  func parameters(joining others: [ClosedRange<Float>]) -> IntegerParameters {
    parameters { group, range in
      let (seen, added) = (parameters.seen[group], others[group])
      let low = range.lowerBound <= Self.nearly * seen.lowerBound
      let high = range.upperBound >= Self.nearly * seen.upperBound
      return min(
        range.lowerBound, low ? added.lowerBound : 0)...max(
          range.upperBound, high ? added.upperBound : 0)
    }
  }

  /// Returns the same with ranges of all that the samples held, times a factor.
  func spanning(_ factor: Float) throws -> IntegerState {
    try with(
      parameters { group, range in
        range.joined(with: parameters.seen[group].scaled(by: factor))
      })
  }

  private func with(_ parameters: IntegerParameters) throws -> IntegerState {
    var copy = self
    copy.parameters = parameters
    try copy.correctBiases()
    return copy
  }

  /// A range that ends so near to the outermost value was not cut there.
  private static let nearly: Float = 0.98

  private func parameters(
    _ change: (Int, ClosedRange<Float>) -> ClosedRange<Float>
  ) -> IntegerParameters {
    var copy = parameters
    for group in graph.groups.indices
    where parameters.isFree(group) && choice.knownRange(of: group) == nil {
      copy.ranges[group] = change(group, parameters.ranges[group])
    }
    copy.update()
    return copy
  }

  /// The same with biases as they are.
  var withoutCorrection: IntegerState {
    var copy = self
    copy.biases = [:]
    return copy
  }

  /// The same with wider steps for some weights.
  func with(greatest: [TensorID: Int]) -> IntegerState {
    var copy = self
    copy.greatest = greatest
    copy.rounding = [:]
    return copy
  }

  /// The same with other integers for some weights; biases are corrected for them.
  func with(rounding: [TensorID: WeightRounding.Rounded]) throws -> IntegerState {
    var copy = self
    copy.rounding = rounding
    try copy.correctBiases()
    return copy
  }

  /// The same with other integers for these weights, and those of the others as they are.
  func adding(_ others: [TensorID: WeightRounding.Rounded]) throws -> IntegerState {
    try with(rounding: rounding.merging(others) { $1 })
  }

  /// The same with weights and biases, by the output of their operator, that were trained together; other
  /// biases stay, as training saw them.
  func with(
    trained: [TensorID: WeightRounding.Rounded], biases: [TensorID: [Float]],
    _ floatWeights: FloatWeights?
  ) -> IntegerState {
    var copy = self
    copy.floatWeights = floatWeights
    copy.rounding.merge(trained) { $1 }
    copy.biases.merge(biases) { $1 }
    return copy
  }

  /// The floor of weight scales follows the input scales, so biases come after ranges. `inputs` are
  /// what weights meet, as the float model's statistics say where nil; `expected` as in
  /// `BiasCorrection`.
  mutating func correctBiases(
    inputs: BiasCorrection.Inputs? = nil, expected: BiasCorrection.Inputs? = nil
  ) throws {
    if options.correctsBiases {
      biases = try BiasCorrection(
        model: model, writer: withoutCorrection.writer(IOEncodings()),
        inputs: inputs ?? statistics.products, expected: expected
      ).biases()
    }
  }

  /// The float model with the values that integer weights and biases stand for; islands read int8
  /// weights and round their inputs as they will.
  func rounded() throws -> Model {
    var rounded = try roundedWeights()
    guard !islands.isEmpty, options.mode == .int8 else { return rounded }
    var (plan, copy) = (Plan(), job)
    for entry in graph.operators.joined() where graph.isInteger(entry.place) {
      if let key = entry.planKey { plan.note(key, .float) }
    }
    var hybrids = DynamicRange(given: GivenPlan(plan: plan, mode: .dynamic, fallback: .dynamic))
    (hybrids.bits, hybrids.block) = (options.weights, options.block)
    try hybrids.run(on: &rounded, in: &copy)
    return rounded
  }

  /// The same with the weights of islands as they are.
  func roundedWeights() throws -> Model {
    var rounded = try RoundedWeights(model: model, writer: writer(IOEncodings())).rounded()
    floatWeights?.store(in: &rounded)
    return rounded
  }

  /// The integer form of an operator's weights.
  func weights(
    of entry: IntegerOperator, _ operand: IntegerOperator.Operand
  ) throws -> IntegerWeights {
    try writer(IOEncodings()).weights(of: entry, operand, model)
  }

  /// The scale of the input that an operator's weights multiply.
  func inputScale(of entry: IntegerOperator) -> Float {
    writer(IOEncodings()).inputScale(of: entry, operand: entry.dataOperand)
  }

  private func writer(_ io: IOEncodings) -> IntegerWriter {
    IntegerWriter(
      parameters: parameters, values: values, useful: useful, statistics: statistics,
      options: options, biases: biases, rounded: rounding, greatest: greatest,
      plan: plan?.plan ?? Plan(), io: io)
  }

  /// The bytes of all that operators read from the file that this becomes.
  func storedBytes() throws -> Double {
    var (written, copy) = (model, job)
    try write(to: &written, &copy)
    var sizes: [UInt32: Int] = [:]
    for (index, subgraph) in written.subgraphs.enumerated() {
      for tensor in subgraph.operators.flatMap({ $0.inputs ?? [] }) where tensor >= 0 {
        let id = TensorID(index, tensor)
        sizes[written[id].buffer] = written.data(of: id)?.count ?? 0
      }
    }
    return Double(sizes.values.reduce(0, +))
  }

  /// Without a plan, operators that compute with floats still get integer weights if a kernel takes them; on
  /// samples these are chosen together.
  func write(
    to model: inout Model, _ job: inout Job, samples: CalibrationSource = CalibrationSource()
  ) throws {
    let io = IOEncodings(
      options.io, kept: job.findings[LiftedModel.self]?.kept ?? [:], model: model,
      parameters: parameters,
      statistics: statistics)
    try write(to: &model, &job, io, samples)
  }

  /// Returns what is written with float inputs and outputs, and the tensor of which each added one is a form.
  func written() throws -> (model: Model, origins: [TensorID: TensorID]) {
    var (written, copy) = (model, job)
    copy.log.origins = [:]
    try write(to: &written, &copy, IOEncodings())
    return (written, copy.log.origins)
  }

  private func write(
    to model: inout Model, _ job: inout Job, _ io: IOEncodings,
    _ samples: CalibrationSource = CalibrationSource()
  ) throws {
    try writer(io).write(to: &model, &job)
    guard plan == nil else { return }
    try dynamic(samples).run(on: &model, in: &job)
  }

  private func dynamic(_ samples: CalibrationSource) -> DynamicRange {
    var dynamic = DynamicRange(weightsOnly: options.mode == .int16x8)
    (dynamic.bits, dynamic.block) = (options.weights, options.block)
    (dynamic.samples, dynamic.effort) = (samples, options.effort)
    dynamic.known = floatWeights
    return dynamic
  }

  /// Chooses the weights of operators that stay float, as writing would.
  mutating func chooseFloatWeights(_ samples: CalibrationSource) throws {
    guard plan == nil, floatWeights == nil else { return }
    var (written, copy) = (model, job)
    try writer(IOEncodings()).write(to: &written, &copy)
    let found = try FloatWeights(dynamic(samples), of: written, original: model, copy)
    if !found.weights.isEmpty { floatWeights = found }
  }
}

extension Model {
  /// The operators that copy rows of a table in the file which is worth int8, without those that a plan
  /// names.
  fileprivate func lookups(
    of values: ConstantValues, beside plan: Plan?
  ) -> [OperatorPlace: Reason] {
    var found: [OperatorPlace: Reason] = [:]
    for (subgraph, graph) in subgraphs.enumerated() {
      for (index, entry) in graph.operators.enumerated() {
        guard let rule = OpSet.spec(for: kind(of: entry))?.hybrid, rule.isLookup,
          let table = rule.weights.first, let inputs = entry.inputs, inputs.indices.contains(table),
          inputs[table] >= 0, values[TensorID(subgraph, inputs[table])] != nil,
          self[TensorID(subgraph, inputs[table])].elementCount ?? 0 >= DynamicRange.leastElements,
          entry.planKey(in: subgraph).flatMap({ plan?.form(of: $0) }) == nil
        else { continue }
        found[OperatorPlace(subgraph: subgraph, index: index)] = .hasTable
      }
    }
    return found
  }
}
