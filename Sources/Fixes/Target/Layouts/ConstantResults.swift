import Interpreter
import OpSet
import Optimizer
import TFLite

/// Computes what follows from constants where the target would have to, also if the file grows by it.
struct ConstantResults: TargetRule {
  static let name = "results"
  static let summary = "operators on constants into their results"
  static let kinds: Set<BuiltinOperator> = [
    .fill, .range, .broadcastTo, .tile, .cast, .gather, .gatherND, .select, .selectV2, .pack,
    .stridedSlice, .expandDims, .fullyConnected, .add, .multiply,
  ]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    try FoldedOperators().fold(index, mayGrow: true, &editor)
  }
}
