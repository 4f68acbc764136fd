import Interpreter
import KernelTable
import OpSet
import Platform
import TFLite

/// Runs of a float model in which one operator at a time computes as it would with integers.
///
/// What lies before the operator runs once for each sample: its form runs on these values, and the rest of
/// the model continues from both results.
package struct OperatorTrials {
  /// A form that operators can have alone.
  package struct Form: Sendable {
    /// The model with the values that the form's weights and biases stand for; its operators and
    /// activations are those of the float model.
    package let model: Model
    /// The encodings of activations.
    package let encodings: [TensorID: Affine]
    /// The operators of the main subgraph that can have the form.
    package let operators: Set<Int>

    package init(model: Model, encodings: [TensorID: Affine], operators: Set<Int>) {
      (self.model, self.encodings, self.operators) = (model, encodings, operators)
    }
  }

  private let pool: LanePool<TrialLane>
  private let forms: [Form]
  private let probes: [TensorID]

  /// Nil for a model that cannot continue from the middle: with state, loops, or shapes that the run
  /// decides.
  package init?(
    _ file: ModelFile, forms: [Form], probes: [TensorID], samples: Int,
    _ options: Interpreter.Options
  ) throws {
    (self.forms, self.probes) = (forms, probes)
    let packed = forms.map { _ in PackedConstants() }
    let depths = RowDepths(file.model)
    pool = try LanePool(options, most: samples) { options in
      let others = try forms.enumerated().map { index, form in
        var own = options
        own.packed = packed[index]
        return try Interpreter(file.with(form.model), options: own)
      }
      return TrialLane(base: try Interpreter(file, options: options), others, depths)
    }
    guard pool.lanes[0].base.isResumable else { return nil }
  }

  /// Returns the noise to signal of the worst probe, by operator of the main subgraph and form: Σ
  /// (found − expected)² ÷ Σ expected² over the samples. Nil where the operator has no such form.
  package func noises(
    over count: Int, _ sample: @Sendable (Int) throws -> [DenseArray]
  ) throws -> [[Double?]] {
    let length = pool.lanes[0].base.mainNodes.count
    let trials = (0..<length).map { place in
      forms.indices.filter { forms[$0].operators.contains(place) }
    }
    let stage = ProgressStage("measuring operators", of: count, "samples")
    defer { stage.end() }
    let found = Mutex<[Int: [TrialLane.Key: [TrialLane.Energy]]]>([:])
    try pool.forEach(0..<count) { lane, index in
      let energies = try lane.run(try sample(index), probes, trials, forms)
      found.withLock { $0[index] = energies }
      stage.advance()
    }
    let all = found.withLock { found in (0..<count).compactMap { found[$0] } }
    return trials.enumerated().map { place, possible in
      forms.indices.map { form in
        guard possible.contains(form) else { return nil }
        let key = TrialLane.Key(place: place, form: form)
        return probes.indices.map { probe in
          // One sample after the other, so that the sum is the same for any number of threads.
          all.reduce(into: TrialLane.Energy()) { total, sample in
            if let energies = sample[key] { total.add(energies[probe]) }
          }.noise
        }.max()
      }
    }
  }
}

/// A float model, and the same with the weights of each form.
private final class TrialLane: Lane, @unchecked Sendable {
  struct Key: Hashable {
    let place: Int
    let form: Int
  }

  /// Of a probe on samples.
  struct Energy {
    var error = 0.0
    var signal = 0.0

    /// Without a signal any error is all there is.
    var noise: Double { error == 0 ? 0 : error / max(signal, .leastNormalMagnitude) }

    mutating func add(_ other: Energy) {
      error += other.error
      signal += other.signal
    }
  }

  let base: Interpreter
  private let others: [Interpreter]
  private let depths: RowDepths

  init(base: Interpreter, _ others: [Interpreter], _ depths: RowDepths) {
    (self.base, self.others, self.depths) = (base, others, depths)
  }

  var interpreters: [Interpreter] { [base] + others }

  /// `trials` are the forms of each operator.
  func run(
    _ sample: [DenseArray], _ probes: [TensorID], _ trials: [[Int]],
    _ forms: [OperatorTrials.Form]
  ) throws -> [Key: [Energy]] {
    var expected: [TensorID: [Float]] = [:]
    try base.set(sample)
    try base.run { self.note($0.outputs, probes, &expected) }
    try base.set(sample)
    var energies: [Key: [Energy]] = [:]
    for (place, possible) in trials.enumerated() {
      guard !possible.isEmpty, let before = base.snapshot(after: place - 1) else {
        try base.run(place..<place + 1)
        continue
      }
      for index in possible {
        var found = expected
        try others[index].restore(before)
        let results = try compute(place, forms[index].encodings, others[index])
        try base.restore(before)
        for (own, result) in zip(base.mainNodes[place].outputs, results) {
          guard let own, let result else { continue }
          own.base.copyMemory(from: result.base, byteCount: own.byteCount)
        }
        note(base.mainNodes[place].outputs.compactMap(\.self), probes, &found)
        try base.run(place + 1..<trials.count) { self.note($0.outputs, probes, &found) }
        energies[Key(place: place, form: index)] = probes.map { probe in
          energy(expected[probe] ?? [], found[probe] ?? [])
        }
      }
      try base.restore(before)
      try base.run(place..<place + 1)
    }
    return energies
  }

  /// Runs one operator on rounded inputs. Returns its rounded outputs.
  private func compute(
    _ place: Int, _ encodings: [TensorID: Affine], _ interpreter: Interpreter
  ) throws -> [Value?] {
    let node = interpreter.mainNodes[place]
    func round(_ value: Value?) {
      guard let value, value.type == .float32, let encoding = encodings[value.id] else { return }
      KernelTable.chosen.observation.round(
        value.floats, value.count, encoding.scale, encoding.steps.lowerBound,
        encoding.steps.upperBound)
    }
    // The same tensor may be read twice; rounding it twice changes nothing.
    node.inputs.forEach(round)
    try interpreter.run(place..<place + 1)
    node.outputs.forEach(round)
    return node.outputs
  }

  private func note(
    _ outputs: [Value], _ probes: [TensorID], _ found: inout [TensorID: [Float]]
  ) {
    for output in outputs where output.type == .float32 && probes.contains(output.id) {
      found[output.id] =
        depths.raised(output, leavesMasked: false)
        ?? Array(UnsafeBufferPointer(start: output.floats, count: output.count))
    }
  }

  private func energy(_ expected: [Float], _ found: [Float]) -> Energy {
    var energy = Energy()
    for (x, y) in zip(expected, found) where x.isFinite {
      let difference = y.isFinite ? Double(y) - Double(x) : Double(x)
      energy.error += difference * difference
      energy.signal += Double(x) * Double(x)
    }
    return energy
  }
}
