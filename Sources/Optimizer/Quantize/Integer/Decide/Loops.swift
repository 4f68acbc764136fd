import TFLite

/// The bodies of a model's WHILE operators, and the state that they pass from one iteration to the
/// next.
struct Loops {
  /// Body inputs with the body outputs of the same position.
  let carried: [(input: TensorID, output: TensorID)]
  private let bodies: Set<Int>

  init(_ model: Model) {
    var carried: [(TensorID, TensorID)] = []
    var bodies: Set<Int> = []
    for entry in model.subgraphs.flatMap(\.operators) {
      guard let body = entry.builtinOptions?[While.body].map(Int.init),
        model.subgraphs.indices.contains(body), bodies.insert(body).inserted
      else { continue }
      let subgraph = model.subgraphs[body]
      for (input, output) in zip(subgraph.inputs ?? [], subgraph.outputs ?? [])
      where input >= 0 && output >= 0 && input != output {
        carried.append((TensorID(body, input), TensorID(body, output)))
      }
    }
    self.carried = carried
    self.bodies = bodies
  }

  var isEmpty: Bool { bodies.isEmpty }

  /// Returns the operators that stay float, with reasons; with `all`, every operator in a loop.
  func floats(
    _ operators: [[IntegerOperator]], _ graphs: [Graph], _ model: Model, _ mode: IntegerMode,
    all: Bool
  ) -> [OperatorPlace: Reason] {
    var found: [OperatorPlace: Reason] = [:]
    for place in parts(operators, graphs, model) {
      found[place] = .takesPartOfLoopState
    }
    if mode == .int8 {
      for place in accumulators(operators, mode) {
        found[place] = .keepsLoopState
      }
    }
    guard all else { return found }
    for entry in bodies.flatMap({ operators[$0] }) where found[entry.place] == nil {
      found[entry.place] = .isInLoop
    }
    return found
  }

  /// Returns operators without weights whose output is only a part of a body input that they read.
  private func parts(
    _ operators: [[IntegerOperator]], _ graphs: [Graph], _ model: Model
  ) -> Set<OperatorPlace> {
    var found: Set<OperatorPlace> = []
    for entry in bodies.flatMap({ operators[$0] }) where !entry.hasWeights {
      let made = entry.outputs.reduce(0) { $0 + (model[$1.id].elementCount ?? 0) }
      let isPart = entry.activations.contains { input in
        graphs[input.id.subgraph].isInput[input.id.index]
          && model[input.id].elementCount ?? 0 > made
      }
      if isPart { found.insert(entry.place) }
    }
    return found
  }

  /// Returns the operators through which a state accumulates over the iterations, without a layer
  /// or a bounded function in between: each iteration would add its rounding error to the state.
  private func accumulators(
    _ operators: [[IntegerOperator]], _ mode: IntegerMode
  ) -> Set<OperatorPlace> {
    var found: Set<OperatorPlace> = []
    for (input, output) in carried {
      let list = operators[input.subgraph]
      var reached: Set<Int> = [input.index]
      var path: [OperatorPlace] = []
      for entry in list
      where !entry.hasWeights && entry.fixedOutput(mode) == nil
        && entry.activations.contains(where: { reached.contains($0.id.index) })
      {
        path.append(entry.place)
        reached.formUnion(entry.outputs.map(\.id.index))
      }
      guard reached.contains(output.index) else { continue }
      // Only operators that lead to the state itself count.
      var wanted: Set<Int> = [output.index]
      for place in path.reversed() {
        let entry = list[place.index]
        guard entry.outputs.contains(where: { wanted.contains($0.id.index) }) else { continue }
        found.insert(place)
        wanted.formUnion(entry.activations.map(\.id.index))
      }
    }
    return found
  }
}
