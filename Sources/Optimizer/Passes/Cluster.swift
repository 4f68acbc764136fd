import OpSet
import Platform
import TFLite

/// Gives each weight tensor a few distinct values, the best ones, so that it shrinks under
/// compression.
///
/// Exact one-dimensional k-means for a tensor or a channel, or the best integers for channels that are
/// normalised to ±127, which int8 keeps exactly. Helps downloads; the installed size stays. Zeros stay
/// zeros. Never touches depthwise filters, recurrent weights, biases or tensors below 256 elements.
public struct Cluster: Pass {
  public static let name = "cluster"
  public static let summary = "give weights few distinct values for smaller downloads"

  public let options: ClusterOptions
  private let samples: CalibrationSource

  init(_ options: ClusterOptions, samples: CalibrationSource) {
    self.options = options
    self.samples = samples
  }

  public func run(on model: inout Model, in context: inout PassContext) throws {
    let constants = context.floatConstants(of: model)
    let choice = CompressibleWeight.choice(constants, in: model, context)
    for (id, reason) in choice.reasons { context.note(id, reason) }
    // Constants of one buffer have one plan.
    var firsts: [UInt32: Int] = [:]
    for (index, weight) in choice.weights.enumerated() {
      let buffer = model[weight.constant.id].buffer
      firsts[buffer] = firsts[buffer] ?? index
    }
    let plans = plans(firsts.values.sorted().map { choice.weights[$0] }, model, context)
    var changed: [UInt32: UInt32] = [:]
    for weight in choice.weights {
      let id = weight.constant.id
      let buffer = model[id].buffer
      guard let plan = plans[buffer] else { continue }
      switch plan {
      case .success(let plan):
        guard let source = model.data(of: id) else { continue }
        let fresh =
          changed[buffer]
          ?? model.append(
            .deferred(
              DeferredData(source: source, transform: plan.transform, count: source.count)))
        changed[buffer] = fresh
        model[id].buffer = fresh
        context.changeValues(
          of: id, relativeError: plan.relativeError, elements: weight.constant.elements)
        context.clustered[id] = ClusteredWeight(
          clusters: options.clusters, scope: options.scope, layout: plan.transform.layout,
          levels: plan.levels, relativeError: plan.relativeError,
          excess: plan.excess)
      case .failure(let error):
        guard let refusal = error as? ClusterPlan.Refusal else { throw error }
        context.note(id, refusal.reason)
      }
    }
  }

  /// By buffer; a thread each, the largest first so that all end together.
  private func plans(
    _ weights: [CompressibleWeight], _ model: Model, _ context: PassContext
  ) -> [UInt32: Result<ClusterPlan, any Error>] {
    let order = weights.sorted {
      ($1.constant.elements, $0.constant.id) < ($0.constant.elements, $1.constant.id)
    }
    var results = [Result<ClusterPlan, any Error>?](repeating: nil, count: order.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      nonisolated(unsafe) let context = context
      Threads.forEach(order.count, limit: context.options.threads) { index in
        guard let data = model.data(of: order[index].constant.id) else { return }
        results[index] = Result {
          try ClusterPlan(
            context.reader(data), layout: order[index].layout, options: options, importance: nil)
        }
      }
    }
    var plans: [UInt32: Result<ClusterPlan, any Error>] = [:]
    for (weight, result) in zip(order, results) {
      if let result { plans[model[weight.constant.id].buffer] = result }
    }
    return plans
  }
}
