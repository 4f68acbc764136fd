import OpSet
import TFLite

extension IntegerState {
  /// The weights of integer operators that may be rounded together, with their encodings by state.
  static func targets(of states: [IntegerState]) throws -> [WeightRounding.Target] {
    guard let state = states.first else { return [] }
    var targets: [WeightRounding.Target] = []
    var seen: Set<TensorID> = []
    var places: [TensorID: [OperatorPlace]] = [:]
    for entry in state.graph.operators.joined() {
      for input in entry.inputs where input.role.isWeight {
        places[input.id, default: []].append(entry.place)
      }
    }
    for entry in state.graph.operators.joined() where state.graph.isInteger(entry.place) {
      guard let weight = entry.inputs.first(where: { $0.role.isWeight && $0.isConstant }),
        !weight.sharesScale, state.values.levels(of: weight.id) == nil,
        seen.insert(weight.id).inserted,
        let matrix = entry.matrix(of: weight, in: state.model)
      else { continue }
      let encodings = try states.map { try $0.weights(of: entry, weight).encoding }
      guard [1, matrix.rows].contains(encodings[0].magnitudes.count) else { continue }
      targets.append(
        WeightRounding.Target(
          weight: weight.id, matrix: matrix, places: places[weight.id] ?? [],
          encodings: encodings,
          isCentred: entry.outputs.first.map { state.biases[$0.id] != nil } ?? false))
    }
    return targets
  }
}
