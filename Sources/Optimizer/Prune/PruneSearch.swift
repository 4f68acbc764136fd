import Evaluation
import Interpreter
import KernelTable
import LinearAlgebra
import OpSet
import Platform
import Samples
import TFLite

/// Prunes with samples: each weight by the Gram matrix of its inputs, and with scope `global` each
/// layer by what its zeros cost at the outputs.
///
/// Each layer is pruned alone to several sparsities and the whole model is run; dynamic programming
/// over these costs distributes the zeros. Costs, and whether the result beats equal sparsities,
/// are measured on samples that the layers were not solved with.
struct PruneSearch {
  private let model: Model
  private let options: PruneOptions
  private let targets: [PruneTarget]
  private let zeros: [Int]
  private let job: Job
  private let samples: SampleSource
  private let order: [Int]
  private let chosen: SearchSamples
  /// Multiplications of one run.
  private let cost: Double
  /// How many mixtures of samples to train on; 0 for no training.
  private let mixtures: Int
  private(set) var summary = CalibrationSummary()

  /// The most multiplications for measuring. Half and twice of this and of the other three bounds
  /// change none of four keyword models below 3 M multiplications: they limit larger models.
  private static let budget = SearchLimit.of("PruneSearch.budget", 1.5e11)
  /// The most multiplications for collecting inputs again, layer by layer.
  private static let refitBudget = SearchLimit.of("PruneSearch.refitBudget", 3e11)
  /// Densities, relative to equal densities, at which a layer's cost is measured. A list, so no
  /// `SearchLimit`.
  private static let levels = [1.6, 1.3, 1, 0.7, 0.45, 0.25]
  /// The most samples for Gram matrices, unless `gramBudget` multiplications allow more.
  private static let mostSamples = SearchLimit.of("PruneSearch.mostSamples", 512)
  private static let gramBudget = SearchLimit.of("PruneSearch.gramBudget", 4e10)
  /// Fewer samples cannot show whether gradients help. Half changes none of four keyword models;
  /// twice skips gradients in one, with 5 % less error and a third of the time.
  private static let few = SearchLimit.of("PruneSearch.few", 16)

  init(
    _ model: Model, _ options: PruneOptions, _ targets: [PruneTarget], zeros: [Int],
    _ samples: SampleSource, _ job: Job
  ) throws {
    self.model = model
    self.options = options
    self.targets = targets
    self.zeros = zeros
    self.job = job
    self.samples = samples
    let threads = job.options.threads
    let digests = try samples.digests(threads: threads)
    chosen = try SearchSamples(samples, threads: threads)
    let interpreter = job.interpreter
    cost =
      try chosen.fit.first.map {
        try RunCost.of(job.file.with(model), $0, interpreter)
      }
      ?? 1
    let most = max(Self.mostSamples, Int(Self.gramBudget / cost))
    order = Array(try samples.order().prefix(most))
    summary.digests = digests
    summary.samples = order.count
    let useful = order.count < Self.few ? 0 : PruneDistillation.mixtures(cost: cost)
    mixtures = PruneDistillation.fits(targets, in: job.options.memory) ? useful : 0
    if mixtures < useful {
      summary.warnings.append(
        "layers were not trained together after pruning: their gradients do not fit into memory; "
          + "--max-memory allows more")
    }
    let large = targets.filter { !$0.fits(job.options.memory) }
    if let first = large.first {
      summary.warnings.append(
        "\(large.count) weight\(large.count == 1 ? "" : "s") had to be pruned by magnitude, first "
          + "'\(first.label)': its Gram matrix does not fit into memory; --max-memory allows more")
    }
    if order.count < Self.few {
      summary.warnings.append(
        "pruned with \(order.count) sample\(order.count == 1 ? "" : "s"); 64 or more are better")
    }
  }

  private var interpreter: Interpreter.Options {
    job.interpreter
  }

  /// The samples that are not used for checking.
  private var others: [Int] {
    SearchSamples.split(order).fit
  }

  private var reference: ModelFile { job.file.with(model) }

  private var pruning: PrunedLayers {
    PrunedLayers(
      model: model, targets: targets, pattern: options.pattern, samples: samples, job: job,
      options: interpreter)
  }

  /// Returns weights by target, and the scope by which zeros were distributed.
  func run() throws -> (weights: [PrunedWeight], scope: PruneScope) {
    let isGlobal = (options.scope ?? .global) == .global && options.pattern.ownSparsity == nil
    let probes = Probes.tensors(of: model, signature: job.options.signature)
    guard !probes.isEmpty, !chosen.isEmpty else { return (try solved(zeros), .layer) }
    let check = try ExpectedResults(chosen.check, probes: probes, of: reference, interpreter)
    guard isGlobal, targets.count > 1 else {
      let fitted = try refitted(solved(zeros), check)
      return (try distilled(fitted, solved(zeros, on: others), check), .layer)
    }
    let judges = Array(chosen.check.prefix(affordable.fit.count))
    let unseen = try ExpectedResults(judges, probes: probes, of: reference, interpreter)
    var layers: [SparsityBudget.Layer] = []
    var equal: [PrunedWeight] = []
    let stage = ProgressStage("measuring layers", of: targets.count, "layers")
    defer { stage.end() }
    try pruning.forEach(on: others) { index, solve in
      defer { stage.advance() }
      let target = targets[index]
      let count = target.shape.count
      let least = try target.values(model, job).zeros
      var layer = SparsityBudget.Layer(elements: count, least: least)
      for level in Self.levels {
        let kept = Double(count - zeros[index]) * level
        let wanted = level == 1 ? zeros[index] : count - Int(kept.rounded())
        guard wanted > max(least, layer.most) || level == 1 else { continue }
        let pruned = try solve(wanted)
        if level == 1 { equal.append(pruned) }
        guard wanted > max(least, layer.most) else { continue }
        layer.add(zeros: wanted, noise: try noise([index: pruned], on: unseen))
      }
      layers.append(layer)
    }
    let shares = SparsityBudget(layers: layers).shares(total: zeros.reduce(0, +))
    let best = try solved(shares, on: others)
    var judge = judge(equal, check)
    let isBetter = try judge.offer(best)
    let fitted = try refitted(solved(isBetter ? shares : zeros), check)
    let moved = try distilled(fitted, judge.incumbent, check)
    return (moved, isBetter ? .global : .layer)
  }

  /// Solves each layer again for the inputs that the pruned layers before it give; keeps the result
  /// if the outputs' noise falls.
  private func refitted(
    _ weights: [PrunedWeight], _ check: ExpectedResults
  ) throws -> [PrunedWeight] {
    let affordable = Int(Self.refitBudget / cost / Double(targets.count))
    let (samples, order) = (samples, order)
    let collector = GramCollector(
      reference, samples: min(order.count, max(Self.few, affordable)), options: interpreter,
      memory: job.options.memory
    ) { try samples.sample(order[$0]) }
    let stage = ProgressStage("refitting", of: targets.count, "layers")
    defer { stage.end() }
    var fitted = weights
    for (index, target) in targets.enumerated() {
      defer { stage.advance() }
      guard target.constants.count == 1, target.fits(job.options.memory),
        let last = target.last,
        let moments = try collector.moments(
          of: target.id, in: job.file.with(model(with: all(fitted))), last: last)
      else { continue }
      let isCentred = model.canShiftBiases(of: target, job)
      let refit = Refit(
        gram: moments.gram, cross: moments.cross, isCentred: isCentred, product: pruning.product)
      let values = try target.values(model, job)
      let pruned = try target.values(model(with: [index: fitted[index]]), job)
      guard let result = refit.solve(values, pruned) else { continue }
      fitted[index] = PrunedWeight(
        data: target.data(of: result), zeros: result.zeros,
        shift: isCentred ? refit.shift(values, result) : nil)
    }
    var judge = judge(weights, check)
    try judge.offer(fitted)
    return judge.incumbent
  }

  /// Trains all layers together, if that helps on samples used neither for solving nor for
  /// training: first a trial from `solved` without the checking samples, then with all samples.
  private func distilled(
    _ weights: [PrunedWeight], _ solved: @autoclosure () throws -> [PrunedWeight],
    _ check: ExpectedResults
  ) throws -> [PrunedWeight] {
    guard mixtures > 0, others.count < order.count else { return weights }
    var judge = judge(try solved(), check)
    guard
      let moved = try moved(
        judge.incumbent, check.probes, mixtures / PruneDistillation.shareOfTrial, on: others),
      try judge.offer(moved)
    else { return weights }
    return try self.moved(weights, check.probes, mixtures, on: order) ?? weights
  }

  private func moved(
    _ weights: [PrunedWeight], _ outputs: [TensorID], _ mixtures: Int, on order: [Int]
  ) throws -> [PrunedWeight]? {
    try PruneDistillation(
      model: model, targets: targets, weights: weights, job: job, options: interpreter,
      pattern: options.pattern
    ).run(outputs: outputs, mixtures: mixtures, samples: samples, order: order)
  }

  /// Judges pruned weights by the outputs' noise on samples that were not used to make them.
  private func judge(
    _ weights: [PrunedWeight], _ check: ExpectedResults
  ) -> Judge<[PrunedWeight]> {
    Judge(weights) { try noise(all($0), on: check) }
  }

  private func all(_ weights: [PrunedWeight]) -> [Int: PrunedWeight] {
    Dictionary(uniqueKeysWithValues: weights.enumerated().map { ($0.offset, $0.element) })
  }

  /// Uses fewer samples where the model is slow.
  private var affordable: SearchSamples {
    let runs = Self.budget / cost / Double(targets.count * Self.levels.count)
    return chosen.limited(to: max(6, Int(min(runs, 96)) * 3 / 2))
  }

  /// Returns the outputs' noise with some weights replaced.
  private func noise(
    _ weights: [Int: PrunedWeight], on expected: ExpectedResults
  ) throws -> Double {
    return try RoundedModel(
      job.file.with(try model(with: weights)), lanes: expected.samples.count, interpreter
    ).noise([:], on: expected)
  }

  private func model(with weights: [Int: PrunedWeight]) throws -> Model {
    var copy = model
    for (index, pruned) in weights.sorted(by: { $0.key < $1.key }) {
      try copy.prune(targets[index], pruned, job)
    }
    return copy
  }

  private func solved(_ zeros: [Int], on order: [Int]? = nil) throws -> [PrunedWeight] {
    var weights: [PrunedWeight] = []
    try pruning.forEach(on: order ?? self.order) { index, solve in
      weights.append(try solve(zeros[index]))
    }
    return weights
  }
}
