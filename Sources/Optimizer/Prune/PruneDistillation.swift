import Evaluation
import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import Training

/// Trains the kept weights and the biases of all pruned operators together, along gradients of the
/// outputs' error; `LayerSolver` solves each layer alone. Which weights are zero may change, their
/// number per layer does not.
struct PruneDistillation {
  let model: Model
  let targets: [PruneTarget]
  let weights: [PrunedWeight]
  let job: Job
  let options: Interpreter.Options
  let pattern: SparsityPattern

  /// The most multiplications that training may take. On four keyword models at 70 %, half adds 3 %
  /// error in two; twice changes none.
  private static let budget = SearchLimit.of("PruneDistillation.budget", 4e11)
  /// The most mixtures of samples. Half: 5 % more error, half the time; twice: 3 % less, twice.
  private static let most = SearchLimit.of("PruneDistillation.most", 16000)
  /// With fewer mixtures the error is still above where it started. Half and twice change none of
  /// the four models: this limit decides for models of 25 to 100 M multiplications.
  private static let least = SearchLimit.of("PruneDistillation.least", 2000)
  /// The trial that shows whether training helps uses one part in this many of the mixtures. Half
  /// and twice give the same verdict on the four models; twice saves a fifth of the time.
  static let shareOfTrial = SearchLimit.of("PruneDistillation.shareOfTrial", 4)
  /// One run of the original model, one of the pruned model, and a backward pass that costs two.
  private static let costOfMixture = 4.0

  /// Returns how many mixtures to train on, for a model with `cost` multiplications per run; 0 for
  /// no training.
  static func mixtures(cost: Double) -> Int {
    let affordable = Budget(multiplications: budget).count(
      of: costOfMixture * max(cost, 1), most: most)
    return affordable < least ? 0 : affordable
  }

  /// Returns whether the trained values, and what training keeps for each, fit in the budget.
  static func fits(_ targets: [PruneTarget], in memory: MemoryBudget) -> Bool {
    let elements = targets.filter(\.canMove).reduce(0) { $0 + $1.shape.count + $1.shape.rows }
    return Trainer.byteCount(elements: elements, isChecked: false) <= memory.gradients
  }

  /// Returns new values, or nil where no weight can be trained. `outputs` are in the main subgraph.
  func run(
    outputs: [TensorID], mixtures: Int, samples: SampleSource, order: [Int]
  ) throws -> [PrunedWeight]? {
    guard let main = outputs.first?.subgraph else { return nil }
    var student = model
    for (target, pruned) in zip(targets, weights) {
      try student.prune(target, pruned, job)
    }
    var variables: [Trainer.Variable] = []
    var biases: [Int: TensorID] = [:]
    var features: [TensorID] = []
    for (index, target) in targets.enumerated() {
      guard target.canMove, target.id.subgraph == main else { continue }
      let sizes = try rowSizes(of: target, in: student)
      let (pattern, shape, zeros) = (pattern, target.shape, weights[index].zeros)
      variables.append(
        .init(ids: [target.id], sizes: sizes) { scores, keep in
          pattern.choose(scores, shape, zeros: zeros, keep)
        })
      let entry = student.subgraphs[main].operators[target.places[0].index]
      if let output = entry.outputs?.first { features.append(TensorID(main, output)) }
      if weights[index].shift != nil, let position = entry.biasPosition(in: student),
        let inputs = entry.inputs, inputs.indices.contains(position), inputs[position] >= 0
      {
        let bias = TensorID(main, inputs[position])
        biases[index] = bias
        let depth = Float(target.layout.columns).squareRoot()
        variables.append(.init(ids: [bias], sizes: sizes.map { $0 * depth }))
      }
    }
    features.removeAll { outputs.contains($0) }
    let probes =
      outputs.map { Trainer.Probe(id: $0, share: 1 / Double(outputs.count)) }
      + features.map { Trainer.Probe(id: $0, share: 1 / Double(features.count)) }
    let trainer = Trainer(
      reference: job.file.with(model), student: job.file.with(student),
      variables: variables, probes: probes, options: options, samples: samples, order: order)
    let schedule = Trainer.Schedule(steps: mixtures / Trainer.slots)
    guard !variables.isEmpty, let found = try trainer.run(schedule)?.trained.values else {
      return nil
    }
    var moved = weights
    for (index, target) in targets.enumerated() {
      guard let values = found[target.id] else { continue }
      moved[index] = PrunedWeight(
        data: .bytes(values.withUnsafeBytes { Array($0) }), zeros: weights[index].zeros,
        shift: weights[index].shift)
      guard let bias = biases[index], let new = found[bias] else { continue }
      let old = try job.floats(of: bias, in: student)
      moved[index].shift = weights[index].shift.map { shift in
        shift.indices.map { shift[$0] + Double(new[$0]) - Double(old[$0]) }
      }
    }
    return moved
  }

  /// Returns the root mean square of each row's kept weights.
  private func rowSizes(of target: PruneTarget, in student: Model) throws -> [Float] {
    let values = try target.values(student, job)
    return (0..<values.rows).map { row in
      let kept = UnsafeBufferPointer(start: values[row], count: values.columns).filter { $0 != 0 }
      return (kept.reduce(0) { $0 + $1 * $1 } / Float(max(kept.count, 1))).squareRoot()
    }
  }
}

extension PruneTarget {
  /// Whether gradients reach the weight: one constant, read by one operator, row after row.
  fileprivate var canMove: Bool {
    constants.count == 1 && places.count == 1 && layout.columnStride == 1
  }
}
