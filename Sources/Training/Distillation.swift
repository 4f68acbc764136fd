import Interpreter
import OpSet
import Platform
import Samples
import TFLite

/// Adjusts constants of a changed model by gradients, so that its outputs, and what operators give
/// on the way, come nearer to those of the model that it was made from. Needs no labels.
///
/// Adam (Kingma and Ba, 2014) on squared differences relative to each tensor's variance, on mixtures
/// of two samples at a time, which few samples need (Zhang et al., "mixup", 2017; the float model
/// says what is right for any input). Results are the same bits for any number of threads.
package struct Distillation {
  /// A float constant of the main subgraph that may change.
  package struct Variable: Sendable {
    package let id: TensorID
    /// The magnitude of the values in each of several equal parts; steps are relative to it.
    package let sizes: [Float]
    /// Sets `keep` to 1 for the values that are not zero, those with the greatest scores; nil where
    /// all may be anything.
    package let support:
      (
        @Sendable (_ scores: UnsafePointer<Float>, _ keep: UnsafeMutablePointer<UInt8>) -> Void
      )?
    /// How the written model will hold the values; nil as they are.
    package let storage: Storage?

    package init(
      id: TensorID, sizes: [Float],
      support: (
        @Sendable (_ scores: UnsafePointer<Float>, _ keep: UnsafeMutablePointer<UInt8>) -> Void
      )?, storage: Storage? = nil
    ) {
      self.id = id
      self.sizes = sizes
      self.support = support
      self.storage = storage
    }

    /// A form with fewer values. The model computes with them while gradients move the values behind
    /// them as if both were the same (straight-through estimator, Bengio et al., 2013). Zeros stay.
    package struct Storage: Sendable {
      /// The first values behind the stored ones.
      let start: [Float]
      /// Fills `stored` with what stands for each of `values`.
      let fill:
        @Sendable (_ values: UnsafePointer<Float>, _ stored: UnsafeMutablePointer<Float>) -> Void

      package init(
        start: [Float],
        fill:
          @escaping @Sendable (
            _ values: UnsafePointer<Float>, _ stored: UnsafeMutablePointer<Float>
          ) -> Void
      ) {
        self.start = start
        self.fill = fill
      }
    }
  }

  package let reference: ModelFile
  package let student: ModelFile
  package let variables: [Variable]
  /// The tensors that should approach the reference, with their shares of the loss.
  package let probes: [(id: TensorID, share: Double)]
  package let options: Interpreter.Options
  package let samples: SampleSource
  /// The samples to train on.
  package let order: [Int]
  /// The steps to which the student's activations are rounded.
  package let roundings: [TensorID: Affine]
  /// The size of the first steps, relative to the values.
  package let rate: Float

  package init(
    reference: ModelFile, student: ModelFile, variables: [Variable],
    probes: [(id: TensorID, share: Double)], options: Interpreter.Options, samples: SampleSource,
    order: [Int], roundings: [TensorID: Affine] = [:], rate: Float = Self.rate
  ) {
    self.roundings = roundings
    self.rate = rate
    self.reference = reference
    self.student = student
    self.variables = variables
    self.probes = probes
    self.options = options
    self.samples = samples
    self.order = order
  }

  /// The number of mixtures in a step, each with gradients of its own.
  package static let batch = 4
  /// The size of the first steps, relative to the values; it falls to zero along half a cosine. On
  /// four keyword models pruned to 70 %, half of it makes 6 % more error, twice of it 9 % less.
  package static let rate = Float(SearchLimit.of("Distillation.rate", 0.004))
  /// The number of steps until the rate is full. With a quarter of the mixtures, half of it makes
  /// 1.5 % less error on three keyword models, twice of it 0.3 % less.
  private static let warmUp = SearchLimit.of("Distillation.warmUp", 10)
  /// The part of the steps in which the zeros are chosen again at intervals.
  private static let choices = 0.05..<0.85
  /// Measured in the same way, half of it makes 0.8 % less error, twice of it 1.6 % less.
  private static let stepsOfChoice = SearchLimit.of("Distillation.stepsOfChoice", 20)
  /// The most samples from which variances are computed.
  private static let mostForVariance = 16

  /// Bytes that variables of so many elements take, whatever the number of threads: a float for each
  /// mixture's gradient and student, for the value, what stands for it, its two moments and its
  /// score, and a byte for whether it is kept. Lanes count what flows through the models.
  package static func byteCount(elements: Int) -> Int { elements * (4 * (2 * batch + 5) + 1) }

  /// Returns the variables' values after this number of mixtures; nil if a variable is not in the
  /// main subgraph.
  package func values(after mixtures: Int) throws -> [TensorID: [Float]]? {
    let pool = try LanePool(options, most: Self.batch) { try lane($0) }
    let first = pool.lanes[0]
    let weights = try lossWeights(first)
    let states = variables.compactMap { variable in
      first.student.value(of: variable.id).map {
        AdaptedValues($0, variable, slots: Self.batch)
      }
    }
    guard states.count == variables.count else { return nil }
    let steps = max(1, mixtures / Self.batch)
    let stage = ProgressStage("training", of: steps, "steps")
    defer { stage.end() }
    for step in 0..<steps {
      defer { stage.advance() }
      try pool.forEach(0..<Self.batch) { lane, slot in
        var random = SeededRandom(seed: UInt64(step * Self.batch + slot))
        let inputs = try mixture(&random)
        for state in states { state.begin(slot, in: lane.student) }
        try lane.addGradients(
          on: inputs, weights,
          to: Dictionary(
            uniqueKeysWithValues: states.map { ($0.variable.id, $0.gradients[slot]) }))
      }
      let left = 0.5 + 0.5 * MathFunctions.cosine(.pi * Double(step) / Double(steps))
      let rate = self.rate * Float(left) * min(1, Float(step + 1) / Float(Self.warmUp))
      let chooses =
        (step + 1) % Self.stepsOfChoice == 0
        && Self.choices.contains(Double(step) / Double(steps))
      Threads.forEach(states.count, limit: options.threads) { index in
        states[index].move(step, rate: rate)
        if chooses { states[index].chooseSupport() }
      }
    }
    return Dictionary(uniqueKeysWithValues: states.map { ($0.variable.id, $0.array) })
  }

  private func lane(_ options: Interpreter.Options) throws -> DistillationLane {
    var single = options
    single.sharesMemory = false
    single.skipsUnsupported = self.options.skipsUnsupported
    let teacher = try Interpreter(reference, options: single)
    single.variables = Set(variables.map(\.id))
    single.packed = nil
    return DistillationLane(
      teacher: teacher, student: try Interpreter(student, options: single),
      probes: probes.map(\.id), roundings: roundings)
  }

  /// Returns a random mixture of two samples. Arrays that are not floats, or that differ in shape,
  /// are those of the first sample.
  private func mixture(_ random: inout SeededRandom) throws -> [DenseArray] {
    let first = try samples.sample(order[random.below(order.count)])
    let second = try samples.sample(order[random.below(order.count)])
    let share = Float(random.unit())
    return zip(first, second).map { a, b in
      guard a.type == .float32, a.shape == b.shape else { return a }
      var mixed = a
      mixed.bytes.withUnsafeMutableBytes { target in
        b.bytes.withUnsafeBytes { other in
          let (x, y) = (target.bindMemory(to: Float.self), other.bindMemory(to: Float.self))
          for index in x.indices { x[index] += share * (y[index] - x[index]) }
        }
      }
      return mixed
    }
  }

  /// Returns the weight of a squared difference at each probe: share ÷ (variance × elements).
  private func lossWeights(_ lane: DistillationLane) throws -> [Float] {
    let runs = min(order.count, Self.mostForVariance)
    var totals = [(sum: Double, squares: Double, count: Double)](
      repeating: (0, 0, 0), count: probes.count)
    for index in 0..<runs {
      _ = try lane.teacher.run(try samples.sample(order[index]))
      for (position, probe) in probes.enumerated() {
        guard let value = lane.teacher.value(of: probe.id) else { continue }
        for element in 0..<value.count {
          let x = Double(value.floats[element])
          totals[position].sum += x
          totals[position].squares += x * x
        }
        totals[position].count += Double(value.count)
      }
    }
    return zip(probes, totals).map { probe, total in
      guard total.count > 0 else { return 0 }
      let mean = total.sum / total.count
      let variance = total.squares / total.count - mean * mean
      guard variance > 1e-12 * total.squares / total.count else { return 0 }
      return Float(probe.share * Double(runs) / (variance * total.count))
    }
  }
}
