import TFLite

/// Makes RESHAPE of operators that only add or leave out axes of size 1.
struct ReshapesOnly: TargetRule {
  static let name = "unit-axes"
  static let summary = "EXPAND_DIMS and SQUEEZE into RESHAPE"
  static let kinds: Set<BuiltinOperator> = [.expandDims, .squeeze]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let source = entry.inputs?.first, source >= 0, let result = entry.outputs?.first,
      let sizes = editor.dimensions(result)
    else { return false }
    let reshape = editor.reshape(source, result, sizes)
    editor.replace(index, with: [reshape])
    return true
  }
}
