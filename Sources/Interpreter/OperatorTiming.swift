import OpSet
import Platform
import TFLite

/// The time that each operator of a model takes, and the work that it does.
package final class OperatorTimings {
  package struct Row: Sendable {
    package let subgraph: Int
    package let index: Int
    package let name: String
    package let outputShape: [Int]
    /// Multiplications of one run, by the operators' roles: products with weights only.
    package let multiplications: Int
    /// Seconds of each run.
    package fileprivate(set) var seconds: [Double] = []
  }

  /// One row for each operator, in the order in which they first ran.
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
  /// Multiplications by weights (`OpSpec.multiplications`).
  package var multiplications: Int {
    OpSet.spec(for: kind)?.multiplications(
      inputs: inputs.map { $0?.shape }, outputs: outputs.map(\.shape)) ?? 0
  }
}
