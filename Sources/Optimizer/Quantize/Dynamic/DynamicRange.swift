import Evaluation
import OpSet
import TFLite

/// Stores weights as int8, with one scale per channel if the runtime's kernels take that;
/// activations stay float32.
///
/// A quarter of the size without any samples. Operators with hybrid kernels read the int8 weights
/// themselves and quantize their input at run time; others, and all with `weightsOnly`, read them
/// through DEQUANTIZE. Never quantizes biases, tensors with fewer than `leastElements` elements,
/// values that are not finite, or tensors that would not get smaller.
package struct DynamicRange: Pass {
  package static let name = "dynamic"
  package static let summary = "store weights as int8; activations stay float"

  /// Whether computation stays float: every weight is behind DEQUANTIZE.
  package var weightsOnly: Bool
  /// Whether `asymmetric_quantize_inputs` stays unset.
  package var symmetricActivations: Bool
  /// The bits of weights whose kernels take that few; others have eight.
  var bits = WeightBits.eight
  /// Elements of a row that share a scale where kernels take blocks; nil for none.
  var block: Int?
  var plan: PlanRequest?
  /// A plan that was decided here rather than read.
  var given: GivenPlan?
  /// On them, integers of weights are chosen together.
  var samples = CalibrationSource()
  /// Whether weights that do not bear few bits keep eight.
  var choosesBits = false
  /// As for integer modes: below 2 nothing is searched for.
  var effort = 2
  /// Nil without training.
  var training: TrainingOptions?
  /// What was chosen before.
  var known: FloatWeights?

  package init(weightsOnly: Bool = false, symmetricActivations: Bool = false) {
    self.weightsOnly = weightsOnly
    self.symmetricActivations = symmetricActivations
  }

  init(given: GivenPlan) {
    self.init()
    self.given = given
  }

  /// The official converter's limit: for smaller tensors the saved bytes are not worth the
  /// accuracy.
  static let leastElements = 1024

  package func run(on model: inout Model, in job: inout Job) throws {
    let weights = try chosen(of: &model, &job)
    job.noteIntegers()
    var pairs: [(from: TensorID, to: TensorID)] = []
    var stored: [TensorID: Quantization] = [:]
    var buffers: [WeightKey: UInt32] = [:]
    var errors: [WeightError] = []
    let isNarrow = bits != .eight || weights.contains { $0.encoding.bits != .eight }
    let symmetric = weights.reduce(into: Set()) { $0.formUnion($1.symmetric) }
    for weight in weights {
      let key = WeightKey(
        buffer: model[weight.constant.id].buffer, layout: weight.encoding.layout,
        bits: weight.encoding.bits, block: weight.encoding.block)
      let buffer: UInt32
      if let known = buffers[key] {
        buffer = known
      } else if let source = model.data(of: weight.constant.id) {
        let integers = weight.integers(of: source)
        buffer = model.append(integers)
        buffers[key] = buffer
        errors.append(
          WeightError(
            id: weight.constant.id, encoding: weight.encoding, integers: integers, values: source,
            count: weight.constant.elements))
      } else {
        continue
      }
      let id = apply(weight, buffer, symmetric, &model, &job)
      stored[id] = weight.encoding.quantization
      if id != weight.constant.id { pairs.append((id, weight.constant.id)) }
    }
    if isNarrow { try job.note(errors) }
    model.insertDequantizes(pairs)
    model.dequantizeGathered(from: stored, &job)
    model.splitActivations(beside: weights.filter { $0.encoding.block != nil }, &job)
    if !pairs.isEmpty { job.log.touchedKinds.insert(.dequantize) }
  }

  /// Returns the weights with their integers, and changes the model's biases with them.
  func chosen(of model: inout Model, _ job: inout Job) throws -> [PlannedWeight] {
    let planner = try planned(model, &job)
    for (id, reason) in planner.reasons { job.log.note(id, reason) }
    job.findings[RuntimeConcessions.self] = planner.concessions
    if let known {
      model.setBiases(known.biases)
      return known.weights
    }
    let reference = model
    let found = try searched(planner.weights, &model, &job)
    return try trained(found, reference, &model, &job)
  }

  private func planned(_ model: Model, _ job: inout Job) throws -> DynamicRangePlanner {
    let given = try given ?? plan?.given(for: job.file.model)
    func planner(keeping wide: [TensorID: Reason]) throws -> DynamicRangePlanner {
      var planner = DynamicRangePlanner(
        model, weightsOnly: weightsOnly, request: WeightRequest(bits: bits, block: block),
        constants: job.floatConstants(of: model), given: given)
      planner.wide = wide
      planner.replacesStored = training != nil && samples.teacher != nil
      try planner.plan(model, job)
      return planner
    }
    let all = try planner(keeping: [:])
    let narrow = all.weights.filter { $0.encoding.bits != .eight }
    guard choosesBits, !narrow.isEmpty else { return all }
    var values: [TensorID: TensorData] = [:]
    for weight in narrow {
      guard let source = model.data(of: weight.constant.id) else { continue }
      values[weight.constant.id] = weight.encoding.values(
        of: weight.integers(of: source), count: weight.constant.elements)
    }
    if let search = try DynamicSearch(model, narrow, samples, effort: effort, job) {
      values.merge(try search.together().rounded.mapValues(\.values)) { $1 }
    }
    let wide = try NarrowChoice(model, samples, job).wide(values)
    return try planner(keeping: wide.mapValues { .losesTooMuch(bits.type, error: $0) })
  }

  /// Returns the weights with integers that samples chose, whose mean errors the model's biases take up.
  private func searched(
    _ weights: [PlannedWeight], _ model: inout Model, _ job: inout Job
  ) throws -> [PlannedWeight] {
    guard let search = try DynamicSearch(model, weights, samples, effort: effort, job) else {
      return weights
    }
    let choice = try search.best()
    // Ranges of activations come first where both were found.
    job.findings[CalibrationSummary.self] = job.findings[CalibrationSummary.self] ?? search.summary
    let found = try weights.with(choice.rounded, in: model, job)
    try model.shiftBiases(choice, of: weights, job)
    return found
  }

  /// Returns the weights with trained integers, and trains the model's biases, where held-out samples say that
  /// this is better. `reference` is the model before its biases changed.
  private func trained(
    _ weights: [PlannedWeight], _ reference: Model, _ model: inout Model, _ job: inout Job
  ) throws -> [PlannedWeight] {
    guard let training, samples.hasSamples else { return weights }
    let samples = samples.fitting(model, in: job)
    var summary = job.findings[CalibrationSummary.self] ?? CalibrationSummary()
    defer { job.findings[CalibrationSummary.self] = summary }
    if summary.samples == 0 {
      summary.setsRanges = false
      summary.digests = try samples.samples.digests(threads: job.options.threads)
    }
    let chosen = try TrainingSamples(samples, training, threads: job.options.threads)
    summary.samples = max(summary.samples, chosen.order.count)
    let teacher =
      try samples.teacher.map { try Teacher($0, for: reference, job) }
      ?? Teacher(job.isChanged ? job.file : job.file.with(reference))
    let trained = try DynamicTraining(
      model: model, weights: weights, teacher: teacher, samples: chosen, options: training,
      job: job
    ).trained()
    guard let trained else {
      summary.warnings.append(
        "nothing was trained: no weight can be, or the budget is too small")
      return weights
    }
    summary.noticeTraining(samples: chosen.order.count, ends: trained.ends)
    summary.training = trained.summary
    guard trained.summary.isKept else { return weights }
    model.setBiases(trained.biases)
    return try weights.with(trained.rounded, in: model, job)
  }

  /// Returns the tensor of integers: the constant itself, or a new one from which the constant is
  /// decoded.
  private func apply(
    _ weight: PlannedWeight, _ buffer: UInt32, _ symmetric: Set<OperatorPlace>,
    _ model: inout Model, _ job: inout Job
  ) -> TensorID {
    let (id, encoding) = (weight.constant.id, weight.encoding)
    let quantization = model.quantization(of: encoding, for: id)
    var integers = id
    job.log.countChange(of: id)
    job.log.wider[id] = weight.wider
    job.plan.weights[id] = Plan.Weight(encoding)
    for (uses, form) in [(weight.decoded, OperatorForm.weightsOnly), (weight.direct, .dynamic)] {
      for key in uses.compactMap({ $0.entry.planKey(in: id.subgraph) })
      where job.plan.form(of: key) != .dynamic { job.plan.note(key, form) }
    }
    if weight.decoded.isEmpty {
      model[id].type = encoding.bits.type
      model[id].buffer = buffer
      model[id].quantization = quantization
    } else {
      integers = model.encode(
        id, as: encoding.bits.type, buffer: buffer, quantization: quantization)
      model.redirect(weight.direct.map(\.place), of: id.subgraph, to: integers.index)
    }
    for use in weight.direct {
      job.log.touchedKinds.insert(use.kind)
      // XNNPACK refuses hybrid operators whose bias is not a constant.
      let others = (use.entry.inputs ?? []).filter { $0 >= 0 && Int($0) != id.index }
      for other in others.map({ TensorID(id.subgraph, $0) })
      where job.formerEncoding(of: other, in: model) != nil {
        job.decoded.plain.insert(other)
        job.log.note(other, .isNeededPlain(by: use.kind))
      }
      guard let key = use.spec?.hybrid?.asymmetricKey else { continue }
      let place = OperatorPlace(subgraph: id.subgraph, index: use.place.operation)
      model.subgraphs[id.subgraph].operators[use.place.operation].set(
        key, to: !symmetricActivations && !symmetric.contains(place))
    }
    for use in weight.direct + weight.decoded {
      model.flattenBias(
        of: OperatorPlace(subgraph: id.subgraph, index: use.place.operation), job)
    }
    return integers
  }
}

/// Constants with equal keys are stored as the same bytes.
private struct WeightKey: Hashable {
  let buffer: UInt32
  let layout: ChannelLayout
  let bits: WeightBits
  let block: Int?
}

extension Operator {
  /// Sets an option, and adds its table if the operator has none.
  mutating func set(_ key: OptionKey<Bool>, to value: Bool) {
    if builtinOptions == nil, let fresh = Options(key.union, tag: key.tag) {
      builtinOptions = fresh
      builtinOptionsType = key.tag
    }
    builtinOptions?[key] = value
  }
}

extension Model {
  /// Gives the constant bias of an operator the shape [C]. XNNPACK leaves operators with another
  /// shape to kernels that take 2 to 100 times as long.
  fileprivate mutating func flattenBias(of place: OperatorPlace, _ job: Job) {
    let entry = subgraphs[place.subgraph].operators[place.index]
    guard let spec = OpSet.spec(for: kind(of: entry)), let position = spec.biasPosition,
      let inputs = entry.inputs, inputs.indices.contains(position), inputs[position] >= 0
    else { return }
    let id = TensorID(place.subgraph, inputs[position])
    guard self[id].shape?.count != 1, let elements = self[id].elementCount, data(of: id) != nil,
      job.formerEncoding(of: id, in: self) == nil || job.decoded.plain.contains(id)
    else { return }
    var flat = self[id]
    flat.shape = [Int32(elements)]
    flat.shapeSignature = nil
    let readers = subgraphs[place.subgraph].operators.reduce(0) {
      $0 + ($1.inputs ?? []).count { $0 == Int32(id.index) }
    }
    if readers == 1, !(subgraphs[place.subgraph].outputs ?? []).contains(Int32(id.index)) {
      self[id] = flat
    } else {
      let copy = append(flat, to: place.subgraph)
      subgraphs[place.subgraph].operators[place.index].inputs?[position] = Int32(copy.index)
    }
  }

  /// Adds a DEQUANTIZE to the result of GATHER, which copies rows of integers.
  fileprivate mutating func dequantizeGathered(
    from tables: [TensorID: Quantization], _ job: inout Job
  ) {
    for subgraph in subgraphs.indices {
      var rows: [Int: TensorID] = [:]
      for (index, entry) in subgraphs[subgraph].operators.enumerated()
      where OpSet.spec(for: kind(of: entry))?.hybrid?.result == .dequantized {
        guard let input = entry.inputs?.first, let output = entry.outputs?.first, output >= 0,
          let quantization = tables[TensorID(subgraph, input)]
        else { continue }
        rows[index] = appendRows(
          of: TensorID(subgraph, output), self[TensorID(subgraph, input)].type, quantization)
      }
      guard !rows.isEmpty else { continue }
      job.log.touchedKinds.insert(.dequantize)
      let code = code(for: .dequantize, version: 1)
      rewriteOperators(of: subgraph) { index, old in
        guard let copied = rows[index] else { return [.keep(old)] }
        var gather = old
        gather.outputs = [Int32(copied.index)]
        var dequantize = Operator()
        dequantize.opcodeIndex = code
        dequantize.inputs = [Int32(copied.index)]
        dequantize.outputs = old.outputs
        return [.keep(gather), .insert(dequantize)]
      }
    }
  }

  /// A tensor of integers beside the float result of a GATHER.
  private mutating func appendRows(
    of output: TensorID, _ type: TensorType, _ quantization: Quantization
  ) -> TensorID {
    var rows = self[output]
    rows.type = type
    rows.buffer = 0
    rows.name = rows.name?.appending("_\(type)")
    rows.quantization = quantization
    return append(rows, to: output.subgraph)
  }
}
