import Evaluation
import LinearAlgebra
import OpSet
import TFLite

/// Makes weights zero: without samples those of least magnitude; with samples those that change the
/// outputs least, after which the kept weights are solved anew. Pruned files are smaller under
/// compression, the zeros stay exact after quantization, and sparse encodings need them. The stored
/// bytes alone do not shrink. Never touches recurrent weights, biases, small tensors, or (unless
/// asked to) depthwise filters.
package struct Prune: Pass {
  package static let name = "prune"
  package static let summary = "make weights zero; with samples, those that cost least"

  package let options: PruneOptions
  private let samples: CalibrationSource

  init(_ options: PruneOptions, samples: CalibrationSource) {
    self.options = options
    self.samples = samples
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    try job.withReals(of: &model, runs: samples.hasSamples, prune)
  }

  private func prune(_ model: inout Model, _ job: inout Job) throws {
    let targets = try wanting(PruneTargets(model, options, &job).all, model, &job)
    guard !targets.isEmpty else { return }
    let zeros = targets.map { options.pattern.zeros(options.sparsity, of: $0.shape) }
    var weights: [PrunedWeight]
    if samples.hasSamples, job.isRunnable {
      let samples = samples.samples.fitting(
        model, from: job.file.model, signature: job.options.signature)
      let search = try PruneSearch(model, options, targets, zeros: zeros, samples, job)
      let found = try search.run()
      weights = found.weights
      job.pruning.calibration = search.summary
      job.pruning.scope = found.scope
      job.pruning.isSolved = true
    } else {
      weights = try magnitude(targets, zeros, model, job)
      job.pruning.scope = options.scope ?? .layer
      if samples.hasSamples { job.pruning.calibration = .withoutFloatForm }
    }
    try apply(targets, weights, &model, &job)
  }

  /// Returns the targets that lack zeros and whose values are finite.
  private func wanting(
    _ targets: [PruneTarget], _ model: Model, _ job: inout Job
  ) throws -> [PruneTarget] {
    var found: [PruneTarget] = []
    for target in targets {
      if try !target.values(model, job).isFinite {
        for constant in target.constants { job.log.note(constant.id, .isNotFinite) }
      } else {
        found.append(target)
      }
    }
    return found
  }

  // MARK: Magnitude

  private func magnitude(
    _ targets: [PruneTarget], _ zeros: [Int], _ model: Model, _ job: Job
  ) throws -> [PrunedWeight] {
    let isGlobal = options.scope == .global
    var cut = try isGlobal ? globalCut(targets, zeros.reduce(0, +), model, job) : nil
    return try zip(targets, zeros).map { target, zeros in
      let scores = try target.values(model, job)
      guard cut != nil, options.pattern == .unstructured else {
        return target.pruned(scores, options.pattern, zeros: zeros, in: model)
      }
      for index in scores.values.indices { scores.base[index] = abs(scores.base[index]) }
      var keep = [UInt8](repeating: 1, count: target.shape.count)
      LeastScores.drop(UnsafeBufferPointer(scores.values), &cut!, &keep)
      return target.pruned(scores, keeping: keep, in: model)
    }
  }

  private func globalCut(
    _ targets: [PruneTarget], _ zeros: Int, _ model: Model, _ job: Job
  ) throws -> LeastScores.Cut {
    let matrices = try targets.map { try $0.values(model, job) }
    for matrix in matrices {
      for index in matrix.values.indices { matrix.base[index] = abs(matrix.base[index]) }
    }
    return withExtendedLifetime(matrices) {
      LeastScores.cut(zeros, of: matrices.map { UnsafeBufferPointer($0.values) })
    }
  }

  // MARK: Writing

  private func apply(
    _ targets: [PruneTarget], _ weights: [PrunedWeight], _ model: inout Model,
    _ job: inout Job
  ) throws {
    for (target, pruned) in zip(targets, weights) {
      let old = try target.values(model, job)
      let before = old.zeros
      let isChanged = pruned.zeros > before
      if isChanged { try model.prune(target, pruned, job) }
      let new = try target.values(model, job)
      for constant in target.constants {
        job.pruning.zeros[constant.id] = (new.zeros, constant.elements)
        if options.encodesSparse || job.sparseSource(of: constant.id, in: model) != nil {
          job.findings[SparseRequest.self, default: SparseRequest()].weights.insert(constant.id)
        }
      }
      guard isChanged else {
        for constant in target.constants {
          job.log.note(constant.id, .hasZerosAlready)
        }
        continue
      }
      if pruned.shift != nil {
        for place in target.places {
          let entry = model.subgraphs[place.subgraph].operators[place.index]
          job.log.touchedKinds.insert(model.kind(of: entry))
        }
      }
      let error = ChangeLog.relativeError(of: new.values, to: old.values)
      for constant in target.constants {
        job.log.changeValues(of: constant.id, relativeError: error, elements: constant.elements)
      }
    }
  }
}

extension CalibrationSummary {
  /// Of a model that samples cannot run in reals.
  fileprivate static let withoutFloatForm: Self = {
    var summary = Self()
    summary.warnings = [
      "pruned by magnitude, without the samples: the model's integers have no float form that could run"
    ]
    return summary
  }()
}

extension Job {
  fileprivate var pruning: PruningSummary {
    get { findings[PruningSummary.self] ?? PruningSummary() }
    set { findings[PruningSummary.self] = newValue }
  }
}
