import OpSet
import Platform
import TFLite

/// How long each operator of a model takes, and how much it computes.
package final class OperatorTimings {
  package struct Row: Sendable {
    package let subgraph: Int
    package let index: Int
    package let name: String
    package let outputShape: [Int]
    /// Of one run, by their roles: products with weights only.
    package let multiplications: Int
    /// Seconds of each run.
    package fileprivate(set) var seconds: [Double] = []
  }

  /// In the order in which the operators first ran.
  package private(set) var rows: [Row] = []
  private var position: [Key: Int] = [:]
  private var last = 0.0

  private struct Key: Hashable {
    let subgraph: Int
    let index: Int
  }

  package init() {}

  /// Runs the model once.
  package func run(_ interpreter: Interpreter) throws {
    last = Clock.now()
    try interpreter.run { [self] observation in
      let now = Clock.now()
      add(observation, now - last)
      last = Clock.now()
    }
  }

  private func add(_ observation: Interpreter.Observation, _ seconds: Double) {
    let key = Key(subgraph: observation.subgraph, index: observation.operatorIndex)
    let index = position[key] ?? rows.count
    if index == rows.count {
      position[key] = index
      rows.append(
        Row(
          subgraph: key.subgraph, index: key.index, name: observation.name,
          outputShape: observation.outputs.first?.shape ?? [],
          multiplications: observation.multiplications))
    }
    rows[index].seconds.append(seconds)
  }
}

extension Interpreter.Observation {
  /// Multiplications by weights: each output, or each input of a transposed convolution, meets the
  /// weights of its channel.
  package var multiplications: Int {
    guard let spec = OpSet.spec(for: kind) else { return 0 }
    for (index, input) in inputs.enumerated() {
      guard case .weight(let axis?) = spec.role(ofInput: index, count: inputs.count),
        let weight = input, weight.shape.indices.contains(axis), weight.shape[axis] > 0
      else { continue }
      if kind == .transposeConv, let data = inputs[2], let depth = weight.shape.last, depth > 0 {
        return data.count * weight.count / depth
      }
      return outputs.reduce(0) { $0 + $1.count } * (weight.count / weight.shape[axis])
    }
    return 0
  }
}
