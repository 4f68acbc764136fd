import Interpreter
import OpSet
import TFLite

/// One interpreter that gathers rows of inputs.
package final class InputLane: @unchecked Sendable {
  private let interpreter: Interpreter
  private let model: Model
  private let weights: Set<TensorID>
  private let positions: Int
  /// The operator behind which a run may end.
  private let last: TensorID?
  private var rows: [TensorID: InputRows] = [:]

  private struct Enough: Error {}

  package init(
    _ file: ModelFile, _ options: Interpreter.Options, weights: Set<TensorID>, positions: Int,
    last: TensorID? = nil
  ) throws {
    interpreter = try Interpreter(file, options: options)
    model = file.model
    self.weights = weights
    self.positions = positions
    self.last = last
  }

  package func run(_ sample: [DenseArray], seed: Int) throws -> [TensorID: InputRows] {
    rows = [:]
    interpreter.resetState()
    defer { rows = [:] }
    do {
      _ = try interpreter.run(
        sample,
        observing: { [self] in
          try observe($0, seed: seed)
          if last == TensorID($0.subgraph, $0.operatorIndex) { throw Enough() }
        })
    } catch is Enough {}
    return rows
  }

  private func observe(_ observation: Interpreter.Observation, seed: Int) throws {
    guard observation.inputs.count > 1, let weight = observation.inputs[1]?.id,
      weights.contains(weight), let output = observation.outputs.first
    else { return }
    let entry = model.subgraphs[observation.subgraph].operators[observation.operatorIndex]
    guard
      let product = try ProductInputRows(
        observation.kind, options: entry.builtinOptions, inputs: observation.inputs,
        output: output), product.count > 0
    else { return }
    let known = rows[weight] ?? InputRows(groups: product.groups, depth: product.depth)
    rows[weight] = known
    // A loop runs an operator often; its first turns stand for the others.
    guard known.groups == product.groups, known.depth == product.depth,
      known.count < 2 * positions
    else { return }
    known.add(product, most: positions, seed: seed)
  }
}
