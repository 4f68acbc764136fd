import Interpreter
import OpSet
import Platform
import Samples
import TFLite

/// Adjusts constants of a changed model by gradients, so that its outputs, and what operators give
/// on the way, come nearer to those of the model that it was made from, and to labels where samples
/// have some.
///
/// Adam, or gradient descent with momentum, on mixtures of two samples at a time, which few samples need (Zhang et
/// al., "mixup", 2017; the float model says what is right for any input). Results are the same bits
/// for any number of threads.
package struct Trainer {
  /// A tensor of the main subgraph where the loss is computed, with its share of it.
  package struct Probe: Sendable {
    package let id: TensorID
    /// The tensor of the float model that has what is wanted.
    package var wanted: TensorID
    package let share: Double
    package let goal: TrainingGoal

    package init(id: TensorID, share: Double, goal: TrainingGoal = .values) {
      (self.id, wanted, self.share, self.goal) = (id, id, share, goal)
    }
  }

  /// A float constant that may change, of the main subgraph or one that it calls, or several that change
  /// together.
  package struct Variable: Sendable {
    package let ids: [TensorID]
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
    /// Whether values that are zero remain zero where nothing else says what may move.
    package let keepsZeros: Bool
    /// Whether equal values remain equal: they move by the sum of their gradients, as the centroid of
    /// their cluster.
    package let isClustered: Bool

    package init(
      ids: [TensorID], sizes: [Float],
      support: (
        @Sendable (_ scores: UnsafePointer<Float>, _ keep: UnsafeMutablePointer<UInt8>) -> Void
      )? = nil, storage: Storage? = nil, keepsZeros: Bool = false, isClustered: Bool = false
    ) {
      self.ids = ids
      self.sizes = sizes
      self.support = support
      self.storage = storage
      self.keepsZeros = keepsZeros || support != nil || storage != nil
      self.isClustered = isClustered
    }

    /// A form with fewer values. The model computes with them while gradients move the values behind
    /// them as if both were the same (straight-through estimator, Bengio et al., 2013). Zeros stay.
    package struct Storage: Sendable {
      package typealias Floats = UnsafePointer<Float>
      package typealias Results = UnsafeMutablePointer<Float>

      /// The first values behind the stored ones.
      let start: [Float]
      /// The first scales, those of the variable's tensors in their order, and what else moves with them; empty where
      /// these stay.
      let scales: [Float]
      /// How many of them each tensor has.
      let scaleCounts: [Int]
      /// Fills `stored` with what stands for each of `values` at these scales.
      let fill: @Sendable (_ values: Floats, _ scales: Floats, _ stored: Results) -> Void
      /// Adds to `sums` the gradient of each scale, given those of stored values, and replaces these by those of
      /// the values behind them: zero where a value is cut off.
      let scaleGradients:
        @Sendable (_ values: Floats, _ scales: Floats, _ gradients: Results, _ sums: Results)
          -> Void

      package init(
        start: [Float], scales: [Float] = [], scaleCounts: [Int] = [],
        fill: @escaping @Sendable (_ values: Floats, _ scales: Floats, _ stored: Results) -> Void,
        scaleGradients:
          @escaping @Sendable (
            _ values: Floats, _ scales: Floats, _ gradients: Results, _ sums: Results
          ) -> Void = { _, _, _, _ in }
      ) {
        self.start = start
        self.scales = scales
        self.scaleCounts = scaleCounts
        self.fill = fill
        self.scaleGradients = scaleGradients
      }
    }
  }

  /// How long and how fast values move.
  package struct Schedule: Sendable {
    package var steps: Int
    /// The mixtures of samples in a step.
    package var batch = Trainer.slots
    /// The size of the first steps, relative to the values; it falls to zero along half a cosine.
    package var rate = Trainer.rate
    package var rule = UpdateRule.adam
    /// What samples become by chance before they are mixed, in this order.
    package var augmentations: [Augmentation] = []
    /// Another one draws other mixtures.
    package var seed: UInt64 = 0
    /// The weight of labels beside the float model's probabilities, where samples have labels.
    package var labelShare = 0.0
    /// The seconds that training may take: then the number of steps is what the first ones allow.
    package var seconds: Double?
    /// The file that holds the state at intervals, and from which training goes on.
    package var checkpoint: String?
    /// The seconds between two writings of it.
    var interval = 10.0

    package init(steps: Int) { self.steps = steps }
  }

  /// Trained values, by variable.
  package struct Outcome: Sendable {
    /// The best of the checked ones; without checks the last ones.
    package let trained: TrainedValues
    package let steps: Int
    /// The steps that were to be made; more than `steps` where checks ended training.
    package let planned: Int
    /// The checks on held-out samples.
    package let checks: [CheckedStep]
    /// The one whose values are taken; nil without checks.
    package let taken: CheckedStep?
    /// The mean loss of a mixture in each of up to `points` equal parts of the steps.
    package let curve: [Double]
    /// The operators at which gradients ended although variables lie before them.
    package let ends: [String]
  }

  package let reference: ModelFile
  package let student: ModelFile
  package let variables: [Variable]
  package let probes: [Probe]
  package let options: Interpreter.Options
  package let samples: SampleSource
  /// The samples to train on.
  package let order: [Int]
  /// The steps to which the student's activations are rounded.
  package let roundings: [TensorID: Affine]
  /// What computes the student's values in integers where it can; `roundings` say where gradients are cut.
  package let twin: IntegerTwin?

  package init(
    reference: ModelFile, student: ModelFile, variables: [Variable], probes: [Probe],
    options: Interpreter.Options, samples: SampleSource, order: [Int],
    roundings: [TensorID: Affine] = [:], twin: IntegerTwin? = nil
  ) {
    self.reference = reference
    self.student = student
    self.variables = variables
    self.probes = probes
    self.options = options
    self.samples = samples
    self.order = order
    self.roundings = roundings
    self.twin = twin
  }

  /// Sums of gradients in a step, each over its own mixtures, so that threads do not decide in which
  /// order numbers are added.
  package static let slots = 4
  /// The size of the first steps, relative to the values. On four keyword models pruned to 70 %, half of
  /// it makes 6 % more error, twice of it 9 % less.
  package static let rate = Float(SearchLimit.of("Trainer.rate", 0.004))
  /// The number of steps until the rate is full. With a quarter of the mixtures, half of it makes
  /// 1.5 % less error on three keyword models, twice of it 0.3 % less.
  private static let warmUp = SearchLimit.of("Trainer.warmUp", 10)
  /// The part of the steps in which the zeros are chosen again at intervals.
  private static let choices = 0.05..<0.85
  /// Measured in the same way, half of it makes 0.8 % less error, twice of it 1.6 % less.
  private static let stepsOfChoice = SearchLimit.of("Trainer.stepsOfChoice", 20)
  /// The most samples from which variances are computed.
  private static let mostForVariance = 16
  /// The most points of a curve.
  package static let points = 40

  /// Bytes that variables of so many elements take, whatever the number of threads: a float for each
  /// slot's gradient and student, for the value, what stands for it, its two moments and its score, with
  /// checks its mean and its best, and a byte for whether it is kept. Lanes count what flows through the models.
  package static func byteCount(elements: Int, isChecked: Bool) -> Int {
    elements * (4 * (2 * slots + (isChecked ? 7 : 5)) + 1)
  }

  /// Trains, and returns the variables' values; nil if a variable is in no subgraph that
  /// runs.
  ///
  /// Throws `TrainingFault`, `SystemError` for the checkpoint's file, or what reading a sample throws.
  package func run(_ schedule: Schedule, check: HeldOutCheck? = nil) throws -> Outcome? {
    if let first = order.first, !schedule.augmentations.isEmpty {
      let inputs = try samples.sample(first)
      if let why = schedule.augmentations.lazy.compactMap({ $0.obstacle(inputs) }).first {
        throw TrainingFault.augmentationUnfit(why: why)
      }
    }
    let pool = try LanePool(options, most: Self.slots) { try lane($0) }
    let first = pool.lanes[0]
    let weights = try lossWeights(first)
    let needsTeacher =
      schedule.labelShare < 1 || samples.classes == nil || probes.contains { $0.goal == .values }
    for lane in pool.lanes { lane.needsTeacher = needsTeacher }
    guard let states = self.states(first, isChecked: check != nil) else { return nil }
    var progress = TrainingProgress(steps: max(1, schedule.steps))
    let checkpoint = try schedule.checkpoint.map {
      try Checkpoint(
        path: $0, of: states, probes: probes, schedule: schedule, samples: samples, order: order)
    }
    try checkpoint?.restore(&progress, states)
    let stage = ProgressStage("training", of: progress.steps, "steps")
    stage.advance(by: progress.step)
    defer { stage.end() }
    var (start, saved) = (Clock.now(), Clock.now())
    var timed = schedule.seconds != nil && progress.step == 0
    while progress.step < progress.steps {
      let losses = try losses(of: progress.step, schedule, pool, states, weights)
      move(states, progress, schedule)
      progress.losses.append(Float(losses / Double(schedule.batch)))
      progress.step += 1
      stage.advance()
      // Until the rate is full, it does not matter how many steps follow.
      if timed, progress.step >= Self.warmUp, let seconds = schedule.seconds {
        let each = (Clock.now() - start) / Double(progress.step)
        progress.steps = max(progress.step, min(schedule.steps, Int(seconds / max(each, 1e-9))))
        (timed, start) = (false, Clock.now())
      }
      if let check, !timed, check.isDue(progress.step, of: progress.steps) {
        try progress.check(states, check)
        let perStep = 2 * schedule.batch
        progress.tell(stage, epoch: Double(progress.step * perStep) / Double(max(order.count, 1)))
        if progress.isExhausted { break }
      }
      if let checkpoint, Clock.now() - saved >= schedule.interval {
        try checkpoint.write(progress, states)
        saved = Clock.now()
      }
    }
    return Outcome(
      trained: TrainedValues(states, progress.checks.isEmpty ? .last : .best),
      steps: progress.step, planned: progress.steps, checks: progress.checks,
      taken: progress.taken,
      curve: progress.curve(Self.points),
      ends: Array(Set(pool.lanes.flatMap(\.ends))).sorted())
  }

  /// Returns what the student gives before the first step, by sample and tensor; nil as `run`.
  package func results(on samples: [[DenseArray]], of ids: [TensorID]) throws -> [[[Float]]]? {
    let pool = try LanePool(options, most: 1) { try self.lane($0) }
    let lane = pool.lanes[0]
    guard let states = self.states(lane, isChecked: false) else { return nil }
    lane.take(states)
    return try samples.map { sample in
      try lane.runStudent(sample)
      return ids.map { lane.student.value(of: $0)?.reals ?? [] }
    }
  }

  private func states(_ lane: TrainerLane, isChecked: Bool) -> [AdaptedValues]? {
    let states = variables.compactMap { variable in
      let values = variable.ids.compactMap(lane.student.value)
      return values.count < variable.ids.count
        ? nil : AdaptedValues(values, variable, slots: Self.slots, isChecked: isChecked)
    }
    return states.count == variables.count ? states : nil
  }

  /// Moves all values by their gradients.
  private func move(
    _ states: [AdaptedValues], _ progress: TrainingProgress, _ schedule: Schedule
  ) {
    let step = progress.step
    let done = Double(step) / Double(progress.steps)
    let left = 0.5 + 0.5 * MathFunctions.cosine(.pi * done)
    let rate = schedule.rate * Float(left) * min(1, Float(step + 1) / Float(Self.warmUp))
    let chooses = (step + 1) % Self.stepsOfChoice == 0 && Self.choices.contains(done)
    Threads.forEach(states.count, limit: options.threads) { index in
      states[index].move(step, rate: rate, schedule.rule)
      if chooses { states[index].chooseSupport() }
    }
  }

  /// Adds the gradients of a step's mixtures, and returns the sum of their losses.
  private func losses(
    of step: Int, _ schedule: Schedule, _ pool: LanePool<TrainerLane>, _ states: [AdaptedValues],
    _ weights: [Float]
  ) throws -> Double {
    let sums = Mutex([Double](repeating: 0, count: Self.slots))
    try pool.forEach(0..<min(Self.slots, schedule.batch)) { lane, slot in
      for state in states { state.begin(slot) }
      lane.take(states, version: step)
      let gradients = Dictionary(
        uniqueKeysWithValues: states.flatMap { $0.gradients(of: slot) })
      for place in stride(from: slot, to: schedule.batch, by: Self.slots) {
        var random = SeededRandom(
          seed: schedule.seed << 40 &+ UInt64(step * schedule.batch + place))
        let (inputs, labels) = try mixture(&random, schedule)
        let loss = try lane.addGradients(on: inputs, labels: labels, weights, to: gradients)
        sums.withLock { $0[slot] += loss }
      }
    }
    let sum = sums.withLock { $0.reduce(0, +) }
    guard sum.isFinite else { throw TrainingFault.notFinite(step: step + 1) }
    return sum
  }

  private func lane(_ options: Interpreter.Options) throws -> TrainerLane {
    var single = options
    single.sharesMemory = false
    single.skipsUnsupported = self.options.skipsUnsupported
    let teacher = try Interpreter(reference, options: single)
    single.packed = nil
    let unchanged = single
    single.variables = Set(variables.flatMap(\.ids))
    let student = try Interpreter(student, options: single)
    return TrainerLane(
      teacher: teacher, student: student, probes: probes, roundings: roundings,
      twin: try twin.flatMap { try TwinRun($0, beside: student, unchanged) })
  }

  /// Returns a random mixture of two samples, and of their labels. Arrays that are not floats, or that
  /// differ in shape, are those of the first sample.
  private func mixture(
    _ random: inout SeededRandom, _ schedule: Schedule
  ) throws -> (inputs: [DenseArray], labels: MixedLabels) {
    let (a, b) = (order[random.below(order.count)], order[random.below(order.count)])
    var (first, second) = (try samples.sample(a), try samples.sample(b))
    let (share, labelShare) = (Float(random.unit()), Float(schedule.labelShare))
    for augmentation in schedule.augmentations {
      for index in first.indices { augmentation.apply(to: &first[index], &random) }
      for index in second.indices { augmentation.apply(to: &second[index], &random) }
    }
    let inputs = zip(first, second).map { a, b in
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
    guard let classes = samples.classes, labelShare > 0 else { return (inputs, []) }
    return (inputs, [(classes[a], labelShare * (1 - share)), (classes[b], labelShare * share)])
  }

  /// Returns the weight of the loss at each probe. A squared difference's is share ÷ (variance ×
  /// elements), so that one as large as the signal counts as the share.
  private func lossWeights(_ lane: TrainerLane) throws -> [Float] {
    let runs = min(order.count, Self.mostForVariance)
    var totals = [(sum: Double, squares: Double, count: Double)](
      repeating: (0, 0, 0), count: probes.count)
    for index in 0..<runs {
      _ = try lane.teacher.run(try samples.sample(order[index]))
      for (position, probe) in probes.enumerated() {
        guard let value = lane.teacher.value(of: probe.wanted) else { continue }
        for element in 0..<value.count {
          let x = Double(value.floats[element])
          totals[position].sum += x
          totals[position].squares += x * x
        }
        totals[position].count += Double(value.count)
      }
    }
    return try zip(probes, totals).map { probe, total in
      guard total.squares.isFinite else { throw TrainingFault.notFinite(step: 1) }
      guard total.count > 0 else { return 0 }
      guard case .values = probe.goal else { return Float(probe.share) }
      let mean = total.sum / total.count
      let variance = total.squares / total.count - mean * mean
      guard variance > 1e-12 * total.squares / total.count else { return 0 }
      return Float(probe.share * Double(runs) / (variance * total.count))
    }
  }
}

/// Why training ended before its time.
package enum TrainingFault: Error, Equatable, Sendable {
  /// The loss of this step, counted from 1, is NaN or infinite.
  case notFinite(step: Int)
  /// The checkpoint's file is of another model, other samples or other options, or is no checkpoint.
  case otherCheckpoint(path: String)
  /// Samples that an augmentation cannot change.
  case augmentationUnfit(why: String)
}
