import Evaluation
import OpSet
import TFLite

/// Applies an integer plan: stores constants as integers, changes the types of activations, and
/// inserts QUANTIZE and DEQUANTIZE where an operator reads another form than the tensor has.
struct IntegerWriter {
  let parameters: IntegerParameters
  let values: ConstantValues
  let useful: UsefulRanges
  let statistics: CalibrationStatistics
  let options: IntegerOptions
  /// Biases that replace the stored ones, by the output of their operator.
  let biases: [TensorID: [Float]]
  /// Weights whose integers were chosen jointly, as the values of these integers.
  let rounded: [TensorID: WeightRounding.Rounded]
  /// The greatest integers of weights with wider steps.
  let greatest: [TensorID: Int]
  /// The user's choices for single weights.
  let plan: Plan
  let io: IOEncodings

  var graph: IntegerGraph { parameters.graph }

  func write(to model: inout Model, _ job: inout Job) throws {
    var store = ConstantStore()
    for subgraph in model.subgraphs.indices {
      var editor = SubgraphEditor(subgraph, parameters: parameters, io: io, in: model)
      for entry in graph.operators[subgraph] {
        let recurrent = RecurrentForm(entry, model: model, statistics: statistics)
        try editor.add(entry, &model) { operand, model in
          if let recurrent {
            return try constant(for: operand, of: recurrent, &model, &store, &job)
          }
          return try constant(for: operand, of: entry, &model, &store, &job)
        }
        guard graph.isInteger(entry.place) else { continue }
        if let recurrent {
          finish(recurrent, &editor, &model)
        } else {
          setOptions(entry, &editor, model, job.options)
          try addBias(entry, &editor, &model, &store)
        }
        job.log.touchedKinds.insert(entry.kind)
      }
      editor.finish(&model)
      job.log.origins.merge(editor.copies) { old, _ in old }
    }
    job.log.touchedKinds.formUnion([.quantize, .dequantize])
    record(&job)
  }

  /// Notes the form of each operator, for the report.
  private func record(_ job: inout Job) {
    for entry in graph.operators.joined() {
      guard let output = (entry.entry.outputs ?? []).first(where: { $0 >= 0 }) else { continue }
      let id = TensorID(entry.place.subgraph, output)
      switch graph.verdicts[entry.place.subgraph][entry.place.index] {
      case .integer:
        job.plan.note(id, OperatorForm(graph.mode))
        for input in entry.inputs where input.isConstant { job.log.forgetReason(of: input.id) }
      case .float(let reason):
        job.plan.note(id, .float, reason)
        for input in entry.inputs where input.isConstant { job.log.note(input.id, reason) }
      case .untouched: break
      }
    }
    for (id, encoding) in parameters.byTensor {
      let origin = job.log.origins[id] ?? id
      guard origin.isIn(job.file.model) else { continue }
      job.plan.activations[.init(id: origin, mode: graph.mode)] = encoding
    }
  }

  // MARK: Constants

  /// Returns the integer form of a constant operand; nil for one that stays float.
  private func constant(
    for operand: IntegerOperator.Operand, of entry: IntegerOperator, _ model: inout Model,
    _ store: inout ConstantStore, _ job: inout Job
  ) throws -> TensorID? {
    switch operand.role {
    case .weight(let axis) where !operand.sharesScale || axis != nil && entry.hasBias:
      let weights = try weights(of: entry, operand, model)
      job.plan.weights[operand.id] = Plan.Weight(weights.encoding)
      return try add(weights, &model, &store, &job)
    case .bias(let input, _):
      let scale = inputScale(of: entry, operand: input)
      guard let weight = entry.inputs.first(where: { $0.role.isWeight }) else { return nil }
      let weights = try weights(of: entry, weight, model)
      let bias = try bias(of: entry, operand.id)
      return store.bias(
        bias, scales: weights.biasScales(inputScale: scale), graph.mode.biasType,
        replacing: operand.id, &model, &job)
    default:
      if entry.spec?.hybrid?.weights.contains(operand.position) == true {
        job.log.wider[operand.id] = obstacle(of: operand, entry, model)
      }
      let encoding =
        try (operand.sharesScale ? groupEncoding(of: entry) : nil)
        ?? ownEncoding(of: operand.id)
      return store.activation(operand.id, encoding, &model, &job)
    }
  }

  /// Adds the integers of a weight, and notes what the report says about them.
  func add(
    _ weights: IntegerWeights, _ model: inout Model, _ store: inout ConstantStore, _ job: inout Job
  ) throws -> TensorID? {
    job.log.wider[weights.weight] = weights.wider
    if options.weights != .eight || weights.encoding.bits != .eight,
      let values = model.data(of: weights.weight), let integers = weights.integers(in: model)
    {
      try job.note([
        WeightError(
          id: weights.weight, encoding: weights.encoding, integers: integers, values: values,
          count: model[weights.weight].elementCount ?? 0)
      ])
    }
    return store.weights(weights, &model, &job)
  }

  private func groupEncoding(of entry: IntegerOperator) -> Affine? {
    (entry.outputs + entry.activations).first(where: \.sharesScale)
      .flatMap { parameters.encoding(of: $0.id) }
  }

  private func ownEncoding(of id: TensorID) throws -> Affine {
    let range = try useful.range(ofConstant: id)
    return .activation(range, graph.mode)
  }

  func inputScale(of entry: IntegerOperator, operand: Int) -> Float {
    guard let input = entry.inputs.first(where: { $0.position == operand }) else { return 1 }
    return parameters.encoding(of: input.id)?.scale ?? 1
  }

  func bias(of entry: IntegerOperator, _ stored: TensorID?) throws -> [Float] {
    if let output = entry.outputs.first, let replaced = biases[output.id] { return replaced }
    return try stored.map { try values.values(of: $0) } ?? []
  }

  func weights(
    of entry: IntegerOperator, _ operand: IntegerOperator.Operand, _ model: Model
  ) throws -> IntegerWeights {
    let stored = entry.inputs.first { if case .bias = $0.role { true } else { false } }
    let uses = [(kind: entry.name, outputs: entry.outputs.map { model[$0.id].label })]
    let isPerTensor = options.perTensor.contains {
      $0.applies(to: [model[operand.id].label], uses: uses)
    }
    let (bits, wider) = bits(of: operand, entry, model)
    return try IntegerWeights(
      operand, bits, wider: wider, in: model, values: values,
      inputScale: inputScale(of: entry, operand: entry.dataOperand),
      bias: try bias(of: entry, stored?.id),
      biasLimit: entry.spec?.narrow?.biasLimit(
        bits.type, activations, shape: model[operand.id].shape ?? []) ?? 0x1p30,
      isPerTensor: isPerTensor || plan.weights[operand.id]?.isPerTensor == true,
      greatest: greatest[operand.id],
      matrix: entry.activations.contains { graph.outside.contains($0.id) }
        ? nil : entry.matrix(of: operand, in: model),
      rounded: rounded[operand.id])
  }

  // MARK: What kernels ask for beside

  /// Sets the options of int16 kernels.
  private func setOptions(
    _ entry: IntegerOperator, _ editor: inout SubgraphEditor, _ model: Model, _ run: RunOptions
  ) {
    guard graph.mode == .int16x8 else { return }
    if let key = entry.spec?.biasTypeKey, entry.hasWeights {
      var options = entry.entry.builtinOptions
      options?[key] = graph.mode.biasType
      // Without the option, kernels read biases as int64 too.
      if run.refusal(of: entry.signature(in: model, graph.mode, options: options)) == nil {
        editor.setOption(key, to: graph.mode.biasType, at: entry.place.index)
      }
    }
    for key in [AddOptions.potScaleInt16, SubOptions.potScaleInt16] {
      editor.clearOption(key, at: entry.place.index)
    }
  }

  /// Adds the bias that the kernel requires or that correction made.
  private func addBias(
    _ entry: IntegerOperator, _ editor: inout SubgraphEditor, _ model: inout Model,
    _ store: inout ConstantStore
  ) throws {
    let place = entry.place.index
    guard let position = entry.biasPosition,
      let weight = entry.inputs.first(where: { $0.role.isWeight }),
      !entry.inputs.contains(where: { $0.position == position })
    else { return }
    let channels = entry.outputs.first.flatMap { model[$0.id].shape?.last } ?? 0
    var bias = try bias(of: entry, nil)
    guard !bias.isEmpty || entry.needsBias else { return }
    if bias.isEmpty { bias = [Float](repeating: 0, count: Int(max(channels, 0))) }
    let weights = try weights(of: entry, weight, model)
    let scales = weights.biasScales(
      inputScale: inputScale(of: entry, operand: entry.dataOperand))
    let id = store.newBias(
      bias, scales: scales, graph.mode.biasType, beside: weight.id, &model)
    editor.setInput(position, to: id, at: place)
  }
}

extension IntegerOperator {
  /// The input that the weights multiply.
  var dataOperand: Int { spec?.product?.rows?.data ?? 0 }

  /// The position of the bias among the inputs, for operators that can have one.
  var biasPosition: Int? {
    hasWeights ? spec?.biasPosition : nil
  }

  var hasBias: Bool { biasPosition != nil }

  /// Whether the kernel requires a bias.
  var needsBias: Bool { spec?.traits.contains(.requiresBias) == true }
}
