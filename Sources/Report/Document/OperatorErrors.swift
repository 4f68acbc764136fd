import Evaluation
import Optimizer
import TFLite

extension ReportDocument.Quality {
  /// A result of an operator of the second model.
  package struct OperatorError: Sendable {
    package var subgraph: Int
    package var index: Int
    package var kind: String
    package var output: String
    /// The type of the second model's tensor.
    package var type: String
    /// Nil if the first model has no such tensor, or no run reached it.
    package var row: Row?
    /// How the second model stores its largest weight, if with fewer than eight bits.
    package var weights: Encoding?
    /// √ of the relative squared error of its largest weight; nil without one in both models.
    package var weightError: Double?

    var place: String { OperatorPlace(subgraph: subgraph, index: index).text }
    var types: String { row?.types ?? type }
  }

  /// Every result of the second model's operators, in the order of the file, which is the order of
  /// execution; `weightError` compares constants of the first model with those of the second.
  package mutating func listOperators(
    of model: Model, before: Model, _ comparison: Comparison,
    weightError: (_ before: TensorID, _ after: TensorID) throws -> Double?
  ) rethrows {
    var rows: [TensorPlace: Row] = [:]
    for row in comparison.tensorRows {
      guard let place = row.place else { continue }
      rows[TensorPlace(place.subgraph, place.index, row.name)] = Row(row)
    }
    let stored = Dictionary(
      uniqueKeysWithValues: StoredConstant.all(in: model).filter { $0.role == .weight }
        .map { ($0.id, $0) })
    let former = Dictionary(
      ModelPairing(before, model).constants.flatMap { pair in pair.value.map { ($0, pair.key) } },
      uniquingKeysWith: min)
    operators = try model.subgraphs.enumerated().flatMap { s, subgraph in
      try subgraph.operators.enumerated().flatMap { o, entry in
        let weight = (entry.inputs ?? []).compactMap { stored[TensorID(s, $0)] }
          .max { $0.bytes < $1.bytes }
        let error = try weight.flatMap { weight in
          try former[weight.source].flatMap { try weightError($0, weight.source) }
        }
        let isNarrow = (weight?.encoding.type.bits ?? 8) < 8
        return (entry.outputs ?? []).filter { $0 >= 0 }.map { output in
          let tensor = subgraph.tensors[Int(output)]
          return OperatorError(
            subgraph: s, index: o, kind: model.name(of: entry), output: tensor.label,
            type: tensor.type.description, row: rows[TensorPlace(s, o, tensor.label)],
            weights: isNarrow ? weight?.encoding : nil, weightError: error == 0 ? nil : error)
        }
      }
    }
  }

  /// A result by its operator and name.
  private struct TensorPlace: Hashable {
    let subgraph: Int
    let index: Int
    let name: String

    init(_ subgraph: Int, _ index: Int, _ name: String) {
      self.subgraph = subgraph
      self.index = index
      self.name = name
    }
  }
}
