import TFLite

/// The outputs that training compares and by which it is judged. A classifier's probabilities count as much
/// as what SOFTMAX reads: errors there that no class notices are not worth others.
struct TrainingOutputs {
  /// What SOFTMAX reads, or else the outputs; then all float outputs.
  let groups: [[TensorID]]

  /// Nil for a model without float outputs. `ends` are its `Probes`.
  init?(_ ends: [TensorID], of model: Model) {
    guard let main = ends.first?.subgraph else { return nil }
    let outputs = (model.subgraphs[main].outputs ?? []).filter { $0 >= 0 }
    groups = [
      ends, outputs.map { TensorID(main, $0) }.filter { model[$0].type == .float32 },
    ]
  }

  private init(groups: [[TensorID]]) { self.groups = groups }

  /// Returns those for which `isKept` holds; nil if none are left.
  func keeping(_ isKept: (TensorID) -> Bool) -> TrainingOutputs? {
    let kept = groups.map { $0.filter(isKept) }.filter { !$0.isEmpty }
    return kept.isEmpty ? nil : TrainingOutputs(groups: kept.count == 1 ? kept + [[]] : kept)
  }

  var main: Int { groups[0][0].subgraph }

  /// Each tensor once.
  var all: [TensorID] { groups[0] + groups[1].filter { !groups[0].contains($0) } }
}
