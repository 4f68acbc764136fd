import Evaluation
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
  /// Weights whose integers were chosen together, as the values that these stand for.
  private var rounding: [TensorID: TensorData] = [:]
  /// The greatest integers of weights with wider steps.
  private(set) var greatest: [TensorID: Int]
  /// By which equalization multiplied the channels of tensors.
  var channelFactors: [TensorID: [Float]] = [:]
  let options: IntegerOptions
  private var useful: UsefulRanges
  /// First ranges, and what they come from.
  private(set) var choice: RangeChoice
  /// The bodies of loops compute with floats.
  let floatLoops: Bool
  /// The plan that is followed, if any.
  let plan: GivenPlan?
  private let job: Job

  /// `known` are ranges that inputs are known to keep.
  init(
    _ model: Model, _ statistics: CalibrationStatistics, _ options: IntegerOptions,
    plan: GivenPlan? = nil, known: [TensorID: ClosedRange<Float>], floatLoops: Bool = false,
    _ job: Job
  ) throws {
    self.floatLoops = floatLoops
    self.plan = plan
    greatest = plan?.plan.greatest ?? [:]
    self.job = job
    self.model = model
    self.statistics = statistics
    self.options = options
    values = ConstantValues(model, job)
    var floats: [OperatorPlace: Reason] = [:]
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
  func with(rounding: [TensorID: TensorData]) throws -> IntegerState {
    var copy = self
    copy.rounding = rounding
    try copy.correctBiases()
    return copy
  }

  /// The floor of weight scales follows the input scales, so biases come after ranges. `inputs` are
  /// what weights meet, as the float model's statistics say where nil; `expected` as in
  /// `BiasCorrection`.
  mutating func correctBiases(
    inputs: BiasCorrection.Inputs? = nil, expected: BiasCorrection.Inputs? = nil
  ) throws {
    guard options.correctsBiases else { return }
    biases = try BiasCorrection(
      model: model, writer: withoutCorrection.writer(IOEncodings()),
      inputs: inputs ?? statistics.products, expected: expected
    ).biases()
  }

  /// The float model with the values that integer weights and biases stand for.
  func rounded() throws -> Model {
    try RoundedWeights(model: model, writer: writer(IOEncodings())).rounded()
  }

  /// The integer form of an operator's weights.
  func weights(
    of entry: IntegerOperator, _ operand: IntegerOperator.Operand
  ) throws -> IntegerWeights {
    try writer(IOEncodings()).weights(of: entry, operand, model)
  }

  private func writer(_ io: IOEncodings) -> IntegerWriter {
    IntegerWriter(
      parameters: parameters, values: values, useful: useful, statistics: statistics,
      isPerTensor: options.isPerTensor, biases: biases, rounded: rounding, greatest: greatest,
      plan: plan?.plan ?? Plan(), io: io)
  }

  func write(to model: inout Model, _ job: inout Job) throws {
    let io = IOEncodings(
      options.io, kept: job.findings[LiftedModel.self]?.kept ?? [:], model: model,
      parameters: parameters,
      statistics: statistics)
    try writer(io).write(to: &model, &job)
  }
}
