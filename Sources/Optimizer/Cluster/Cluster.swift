import Evaluation
import OpSet
import Platform
import TFLite

/// Gives each weight tensor a few distinct values, chosen optimally, so that it shrinks under
/// compression. The values come from exact one-dimensional k-means per tensor or channel, or are
/// the best integers for channels normalised to ±127. int8 keeps these integers exactly, and
/// weights share them where that costs little. With samples, values are refitted to the inputs and
/// biases compensate for changed means, if that helps on other samples. Helps downloads; the
/// installed size stays. Zeros stay zeros. Never touches depthwise filters, recurrent weights or
/// tensors below 256 elements.
package struct Cluster: Pass {
  package static let name = "cluster"
  package static let summary = "give weights few distinct values for smaller downloads"

  package let options: ClusterOptions
  private let samples: CalibrationSource

  init(_ options: ClusterOptions, samples: CalibrationSource) {
    self.options = options
    self.samples = samples
  }

  package func run(on model: inout Model, in job: inout Job) throws {
    try job.withReals(of: &model, runs: samples.hasSamples, cluster)
  }

  private func cluster(_ model: inout Model, _ job: inout Job) throws {
    let constants = job.floatConstants(of: model)
    let choice = CompressibleWeight.choice(constants, in: model, job)
    for (id, reason) in choice.reasons { job.log.note(id, reason) }
    guard !choice.weights.isEmpty else { return }
    let interpreter = job.interpreter
    let inputs =
      samples.hasSamples && job.isRunnable
      ? try WeightInputs(
        choice.weights, of: job.file.with(model),
        samples.samples.fitting(
          model, from: job.file.model, signature: job.options.signature),
        interpreter, memory: job.options.memory) : nil
    let plans = try plans(choice.weights, inputs, model, &job)
    var variant = ClusteredModel.Variant(plans: plans)
    if let inputs {
      variant = try ClusteredModel(
        model: model, weights: choice.weights, inputs: inputs, job: job
      ).best(plans, interpreter)
    }
    record(variant, choice.weights, model, &job)
    variant.apply(to: &model, choice.weights)
  }

  private func record(
    _ variant: ClusteredModel.Variant, _ weights: [CompressibleWeight], _ model: Model,
    _ job: inout Job
  ) {
    for weight in weights {
      let id = weight.constant.id
      guard let plan = variant.plans[model[id].buffer] else { continue }
      job.log.changeValues(
        of: id, relativeError: plan.relativeError, elements: weight.constant.elements)
      job.findings[ClusterResult.self, default: ClusterResult()].weights[id] = ClusteredWeight(
        clusters: options.clusters, scope: options.scope, layout: plan.layout,
        levels: plan.levels, relativeError: plan.relativeError, excess: plan.excess)
    }
    for id in variant.biases.keys.sorted() {
      job.log.changeValues(of: id, relativeError: 0, elements: 0)
    }
  }

  /// Returns plans by buffer, since constants of one buffer share a plan. Each weight is one
  /// thread's work, largest first so that all threads end together.
  private func plans(
    _ weights: [CompressibleWeight], _ inputs: WeightInputs?, _ model: Model,
    _ job: inout Job
  ) throws -> [UInt32: ClusterPlan] {
    var seen: Set<UInt32> = []
    let order = weights.filter { seen.insert(model[$0.constant.id].buffer).inserted }.sorted {
      ($1.constant.elements, $0.constant.id) < ($0.constant.elements, $1.constant.id)
    }
    let importance = order.map { options.isWeighted ? inputs?.importance(of: $0) : nil }
    func forEachWeight<Made>(
      _ body: (ValueSource) throws -> Made
    ) -> [Result<Made, any Error>?] {
      let stage = ProgressStage("looking for values", of: order.count, "weights")
      defer { stage.end() }
      var results = [Result<Made, any Error>?](repeating: nil, count: order.count)
      results.withUnsafeMutableBufferPointer { results in
        let job = job
        nonisolated(unsafe) let (results, body) = (results, body)
        Threads.forEach(order.count, limit: job.options.threads) { index in
          defer { stage.advance() }
          guard let data = model.data(of: order[index].constant.id) else { return }
          results[index] = Result {
            try job.options.deadline?.check()
            return try body(
              ValueSource(
                reader: job.reader(data), layout: order[index].layout,
                integers: order[index].integers, importance: importance[index]))
          }
        }
      }
      return results
    }
    var common: Codebook?
    if options.scope == .shared, order.count > 1 {
      let pooled = forEachWeight { source in
        defer { source.reader.releaseMemory() }
        return try PooledValues(NormalizedWeight(source).stream)
      }
      // Values that cannot be read are reported below.
      let known = zip(pooled, order).compactMap { values, weight in
        let isCentred = weight.integers?.isSymmetric ?? true
        return isCentred
          ? (try? values?.get()).map { (values: $0, elements: weight.constant.elements) } : nil
      }
      let points = PooledValues(known).points
      let integers = order.map(\.integers)
      // Integers that stay need no ends, floats do.
      common =
        integers.contains(nil)
        ? ClusterPlan.integers(for: points, options)
        : integers[0].map { ClusterPlan.codebook(for: points, among: $0, options) }
    }
    let results = forEachWeight { try ClusterPlan($0, options, common: common) }
    var plans: [UInt32: ClusterPlan] = [:]
    for (weight, result) in zip(order, results) {
      let buffer = model[weight.constant.id].buffer
      switch result {
      case .success(let plan): plans[buffer] = plan
      case .failure(let refusal as Refusal):
        for other in weights where model[other.constant.id].buffer == buffer {
          job.log.note(other.constant.id, refusal.reason)
        }
      case .failure(let error): throw error
      case nil: break
      }
    }
    return plans
  }
}
