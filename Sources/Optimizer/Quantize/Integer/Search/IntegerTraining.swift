import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import Training

/// Trains weights and biases under the integers that will be written: weights and activations are
/// rounded as the integer model rounds them while gradients move the floats behind the weights
/// (Jacob et al., "Quantization and Training of Neural Networks", 2018). The float model says what is
/// right, so no labels are needed. Scales stay as they are; zeros stay zeros.
struct IntegerTraining {
  let state: IntegerState
  /// The model whose results are wanted.
  let teacher: ModelFile
  let samples: TrainingSamples
  let outputs: TrainingOutputs
  let options: TrainingOptions
  let job: Job

  /// The rate where much is to be repaired: int4 weights, and after other steps. With 4000 steps on
  /// ds_cnn_s int4 has .161 of error on unseen clips instead of .200.
  private static let rate = SearchLimit.of("IntegerTraining.rate", 0.002)
  /// The rate for int8 weights, whose steps are small: with 0.002 ds_cnn_s ends 1 dB below where it
  /// started, with this .2 dB above.
  private static let fineRate = SearchLimit.of("IntegerTraining.fineRate", 0.0003)
  /// How far from the middle of its integer's cell a float may start, in steps. Integers that were
  /// chosen together are not always the nearest ones.
  private static let reach: Float = 0.45

  /// What is trained of an operator.
  private struct Target {
    let weight: IntegerWeights
    let output: TensorID
    let variable: Trainer.Variable
    let bias: Trainer.Variable?
  }

  /// A trained state, and how it came about.
  struct Trained {
    let state: IntegerState
    let outcome: Trainer.Outcome
    let loss: String
    let judge: TrainingJudge
  }

  /// Returns the state with trained weights and biases; nil where nothing can be trained. `cost` is the
  /// number of multiplications per run.
  func trained(cost: Double) throws -> Trained? {
    guard !samples.order.isEmpty else { return nil }
    let all = outputs.all
    let labelShare = try options.labelShare(hasLabels: samples.source.classes != nil)
    let student = try state.roundedWeights()
    let targets = try targets(in: student)
    let variables = targets.flatMap { [$0.variable, $0.bias].compactMap(\.self) }
    let elements = variables.flatMap(\.ids).reduce(0) { $0 + (student[$1].elementCount ?? 0) }
    let isCoarse = job.log.hasOtherValues || targets.contains { $0.weight.encoding.bits != .eight }
    guard !targets.isEmpty, Trainer.byteCount(elements: elements) <= job.options.memory.gradients,
      let schedule = options.schedule(
        cost: cost, samples: samples.order.count, labelShare: labelShare,
        rate: isCoarse ? Self.rate : Self.fineRate)
    else { return nil }
    let features = targets.map(\.output).filter {
      $0.subgraph == outputs.main && !all.contains($0) && state.channelFactors[$0] == nil
    }
    let probes = TrainingProbes(
      all, features: features, of: teacher.model, loss: options.loss,
      hasLabels: samples.source.classes != nil)
    let trainer = Trainer(
      reference: teacher, student: job.file.with(student), variables: variables,
      probes: probes.probes, options: job.interpreter, samples: samples.source,
      order: samples.order, roundings: state.parameters.byTensor)
    guard !probes.probes.isEmpty, let outcome = try trainer.outcome(schedule) else { return nil }
    let found = outcome.values
    var rounding: [TensorID: WeightRounding.Rounded] = [:]
    var biases: [TensorID: [Float]] = [:]
    for target in targets {
      rounding[target.weight.weight] = found[target.weight.weight].map {
        WeightRounding.Rounded(
          encoding: target.weight.encoding, values: .bytes($0.withUnsafeBytes { Array($0) }),
          shift: nil)
      }
      if let bias = target.bias?.ids.first { biases[target.output] = found[bias] }
    }
    return Trained(
      state: try state.with(trained: rounding, biases: biases), outcome: outcome,
      loss: probes.description,
      judge: try TrainingJudge(
        teacher: teacher, outputs, probes: probes.probes, schedule: schedule, on: samples,
        job.interpreter))
  }

  private func targets(in student: Model) throws -> [Target] {
    try state.graph.operators.indices.flatMap { index in
      let graph = Graph(student, subgraph: index)
      return try state.graph.operators[index].flatMap { try targets(of: $0, graph, student) }
    }
  }

  private func targets(
    of entry: IntegerOperator, _ graph: Graph, _ student: Model
  ) throws -> [Target] {
    guard state.graph.isInteger(entry.place) else { return [] }
    return try entry.inputs.compactMap { operand in
      guard operand.role.isWeight, operand.isConstant, graph.uses[operand.id.index].count == 1,
        // Clusters stay as they are.
        !operand.sharesScale, state.values.levels(of: operand.id) == nil
      else { return nil }
      return try target(of: entry, operand, graph, student)
    }
  }

  private func target(
    of entry: IntegerOperator, _ operand: IntegerOperator.Operand, _ graph: Graph, _ student: Model
  ) throws -> Target? {
    let weights = try state.weights(of: entry, operand)
    guard let output = entry.outputs.first, let variable = try variable(weights, in: student)
    else { return nil }
    let subgraph = entry.place.subgraph
    let stored = student.subgraphs[subgraph].operators[entry.place.index]
    var bias: TensorID?
    let isFirst = operand.position == entry.inputs.first { $0.role.isWeight }?.position
    if isFirst, let position = entry.biasPosition, let inputs = stored.inputs,
      inputs.indices.contains(position), inputs[position] >= 0
    {
      bias = TensorID(subgraph, inputs[position])
    }
    return Target(
      weight: weights, output: output.id, variable: variable,
      bias: bias.flatMap { id in
        guard graph.isConstant(id.index), graph.uses[id.index].count == 1 else { return nil }
        // A bias moves as much as all weights of its channel together would move the result.
        let depth = Float(entry.matrix(of: operand, in: student)?.columns ?? 1).squareRoot()
        return Trainer.Variable(ids: [id], sizes: variable.sizes.map { $0 * depth })
      })
  }

  private func variable(
    _ weights: IntegerWeights, in student: Model
  ) throws -> Trainer.Variable? {
    let id = weights.weight
    let (layout, scales) = (weights.encoding.layout, weights.encoding.scales)
    let real = try state.values.values(of: id)
    let rounded = try job.floats(of: id, in: student)
    guard real.count == rounded.count, !real.isEmpty else { return nil }
    var start = real
    layout.forEachRun(in: 0..<real.count) { first, count, channel in
      for index in 0..<count where real[first + index] != 0 {
        let place = first + index
        let reach = Self.reach * scales[layout.isInnermost ? channel + index : channel]
        start[place] = max(rounded[place] - reach, min(rounded[place] + reach, real[place]))
      }
    }
    let (most, elements) = (Float(weights.encoding.bits.greatest), 0..<real.count)
    return Trainer.Variable(
      ids: [id], sizes: Self.sizes(of: start, layout),
      storage: .init(start: start) { values, stored in
        layout.forEachRun(in: elements) { first, count, channel in
          for index in 0..<count {
            let scale = scales[layout.isInnermost ? channel + index : channel]
            let steps = (values[first + index] / scale).rounded(.toNearestOrAwayFromZero)
            stored[first + index] = max(-most, min(most, steps)) * scale
          }
        }
      })
  }

  /// Returns the root mean square of each channel, or of all where channels are innermost.
  private static func sizes(of values: [Float], _ layout: ChannelLayout) -> [Float] {
    let parts =
      layout.isInnermost || layout.channels * layout.inner != values.count ? 1 : layout.channels
    let count = values.count / parts
    return (0..<parts).map { part in
      let sum = values[part * count..<(part + 1) * count].reduce(0) { $0 + Double($1) * Double($1) }
      return Float((sum / Double(count)).squareRoot())
    }
  }
}
