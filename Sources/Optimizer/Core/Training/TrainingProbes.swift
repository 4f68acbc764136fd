import Evaluation
import OpSet
import Platform
import TFLite
import Training

/// Where a trained model is compared with the float model, and how.
struct TrainingProbes {
  let probes: [Trainer.Probe]
  /// What the report says about the loss.
  let description: String

  /// The share of probabilities beside that of the values there. On ds_cnn_s with int4 weights four times of
  /// it costs .9 dB on 600 unseen clips, and none at all 1 dB.
  private static let classShare = SearchLimit.of("TrainingProbes.classShare", 1.0)
  /// The share of all layers together beside that of the outputs. A quarter of it, with four times the
  /// share of probabilities, costs another .6 dB.
  private static let featureShare = SearchLimit.of("TrainingProbes.featureShare", 1.0)

  /// `outputs` and `features`, what layers on the way give, are tensors of the model's main subgraph.
  /// With labels a single output that is no probability counts as what SOFTMAX reads.
  init(
    _ outputs: [TensorID], features: [TensorID], of model: Model, loss: TrainingOptions.Loss,
    hasLabels: Bool
  ) {
    var found: [Trainer.Probe] = []
    var hasClasses = false
    let share = 1 / Double(max(outputs.count, 1))
    let graph = outputs.first.map { Graph(model, subgraph: $0.subgraph) }
    for id in outputs {
      if loss != .crossEntropy { found.append(.init(id: id, share: share)) }
      guard loss != .mse, let graph,
        let goal = Self.classes(id, graph, model, hasLabels: hasLabels && outputs.count == 1)
      else { continue }
      found.append(.init(id: id, share: share * Self.classShare, goal: goal))
      hasClasses = true
    }
    if loss != .crossEntropy {
      found += features.map {
        .init(id: $0, share: Self.featureShare / Double(features.count))
      }
    }
    probes = found
    let classes = hasLabels && loss != .kl ? "probabilities with labels" : "probabilities"
    description = [
      hasClasses ? classes : nil,
      loss == .crossEntropy ? nil : "squared differences of outputs and layers",
    ].compactMap(\.self).joined(separator: ", ")
  }

  /// Returns the goal for what SOFTMAX or LOGISTIC reads, and for an output that labels count as such;
  /// nil for other tensors.
  private static func classes(
    _ id: TensorID, _ graph: Graph, _ model: Model, hasLabels: Bool
  ) -> TrainingGoal? {
    let entries = model.subgraphs[id.subgraph].operators
    let columns = model[id].shape?.last.map(Int.init) ?? 0
    for use in graph.uses[id.index] {
      let entry = entries[use.operation]
      let kind = model.kind(of: entry)
      if kind == .softmax, columns > 1 {
        return .classes(count: columns, beta: entry.builtinOptions?[Softmax.beta] ?? 1)
      }
      if kind == .logSoftmax, columns > 1 { return .classes(count: columns, beta: 1) }
      if kind == .logistic { return .marks }
    }
    let isProbability = graph.producer[id.index].map { place in
      [BuiltinOperator.softmax, .logistic].contains(model.kind(of: entries[place]))
    }
    return hasLabels && columns > 1 && isProbability != true
      ? .classes(count: columns, beta: 1) : nil
  }
}
