import TFLite

/// Finds the tensors whose shapes are known only during a run: those that operators make whose sizes
/// are computed values.
enum DynamicShapes {
  /// The inputs that decide the shape of the result.
  private static let operands: [String: [Int]] = [
    "BATCH_TO_SPACE_ND": [1, 2], "BROADCAST_TO": [1], "CONV_3D_TRANSPOSE": [0],
    "EXPAND_DIMS": [1], "FILL": [0], "MEAN": [1], "MIRROR_PAD": [1], "ONE_HOT": [1], "PAD": [1],
    "PADV2": [1], "RANDOM_STANDARD_NORMAL": [0], "RANDOM_UNIFORM": [0], "RANGE": [0, 1, 2],
    "REDUCE_MAX": [1], "REDUCE_MIN": [1], "REDUCE_PROD": [1], "RESHAPE": [1],
    "RESIZE_BILINEAR": [1], "RESIZE_NEAREST_NEIGHBOR": [1], "SCATTER_ND": [2], "SLICE": [1, 2],
    "SPACE_TO_BATCH_ND": [1, 2], "SPARSE_TO_DENSE": [1], "SPLIT": [0], "SPLIT_V": [1, 2],
    "STRIDED_SLICE": [1, 2, 3], "SUM": [1], "TILE": [1], "TOPK_V2": [1], "TRANSPOSE": [1],
    "TRANSPOSE_CONV": [0],
  ]
  private static let byKind: [BuiltinOperator: [Int]] = Dictionary(
    uniqueKeysWithValues: operands.compactMap { name, list in
      BuiltinOperator(named: name).map { ($0, list) }
    })
  /// Operators whose results have as many elements as the data says.
  private static let byValue = Set(["WHERE", "UNIQUE"].compactMap(BuiltinOperator.init(named:)))
  /// Operators whose results are known as soon as shapes are.
  private static let ofShapes = Set(["SHAPE", "RANK"].compactMap(BuiltinOperator.init(named:)))

  static func tensors(of model: Model, _ index: Int, _ graph: Graph) -> Set<Int> {
    var dynamic: Set<Int> = []
    for entry in model.subgraphs[index].operators {
      let kind = model.kind(of: entry)
      let inputs = (entry.inputs ?? []).map { Int($0) }
      let sizes = (byKind[kind] ?? []).filter(inputs.indices.contains).map { inputs[$0] }
      let isOpen = sizes.contains { tensor in
        guard tensor >= 0 else { return false }
        if graph.holdsData(tensor) { return false }
        guard let producer = graph.producer[tensor] else {
          return model.subgraphs[index].tensors[tensor].elementCount != 0 || graph.isInput[tensor]
        }
        return !ofShapes.contains(model.kind(of: model.subgraphs[index].operators[producer]))
      }
      if isOpen || byValue.contains(kind) {
        dynamic.formUnion((entry.outputs ?? []).filter { $0 >= 0 }.map { Int($0) })
      }
    }
    return dynamic
  }

  /// Returns the results that follow from constants and shapes.
  static func known(in model: Model, _ index: Int, _ graph: Graph) -> Set<Int> {
    var known: Set<Int> = []
    for entry in model.subgraphs[index].operators {
      let kind = model.kind(of: entry)
      guard kind != .custom, !(entry.inputs ?? []).isEmpty else { continue }
      let inputs = (entry.inputs ?? []).filter { $0 >= 0 }.map { Int($0) }
      guard
        ofShapes.contains(kind)
          || inputs.allSatisfy({ graph.isConstant($0) || known.contains($0) })
      else { continue }
      known.formUnion((entry.outputs ?? []).filter { $0 >= 0 }.map { Int($0) })
    }
    return known
  }
}
