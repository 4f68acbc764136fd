import Optimizer
import TFLite

/// Lets FULLY_CONNECTED read and write other shapes by itself: it takes an operand of any shape as rows,
/// and keeps the operand's leading axes if it is told to.
struct DirectProducts: FixRule {
  static let name = "rows"
  static let summary = "RESHAPE before and behind FULLY_CONNECTED"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    switch editor.kind(of: entry) {
    case .fullyConnected: return readDirectly(index, entry, &editor)
    case .reshape, .squeeze, .expandDims: return writeDirectly(index, entry, &editor)
    default: return false
    }
  }

  private static let reshapes: Set<BuiltinOperator> = [.reshape, .squeeze, .expandDims]

  private func readDirectly(
    _ index: Int, _ entry: Operator, _ editor: inout GraphEditor
  ) -> Bool {
    guard let operand = entry.inputs?.first, editor.hasOneReader(operand),
      entry.builtinOptions?[FullyConnected.keepNumDims] != true,
      let maker = editor.producer(of: operand),
      Self.reshapes.contains(editor.kind(of: maker.entry)), let source = maker.entry.inputs?.first,
      source >= 0, !editor.isConstant(source), editor.haveSameEncoding(source, operand),
      let sizes = editor.dimensions(source), let rows = editor.dimensions(operand),
      !sizes.isEmpty, sizes.count <= 4, let result = entry.outputs?.first,
      editor.dimensions(result)?.count == 2,
      let filter = entry.inputs?[1], let columns = editor.staticShape(filter)?.last,
      rows.last == columns, sizes.reduce(1, *) == rows.reduce(1, *)
    else { return false }
    var direct = entry
    direct.inputs?[0] = source
    editor.replace(index, with: direct)
    return true
  }

  private func writeDirectly(
    _ index: Int, _ entry: Operator, _ editor: inout GraphEditor
  ) -> Bool {
    guard let rows = entry.inputs?.first, let result = entry.outputs?.first,
      editor.hasOneReader(rows), editor.haveSameEncoding(rows, result),
      let product = editor.producer(of: rows, .fullyConnected), product.entry.outputs?.count == 1,
      let operand = product.entry.inputs?.first, let sizes = editor.dimensions(operand),
      let target = editor.dimensions(result), let units = editor.dimensions(rows)?.last,
      let filter = product.entry.inputs?[1], editor.staticShape(filter)?.last == sizes.last
    else { return false }
    var direct = product.entry
    if target == Array(sizes.dropLast()) + [units] {
      direct.builtinOptions?[FullyConnected.keepNumDims] = true
      guard direct.builtinOptions?[FullyConnected.keepNumDims] == true else { return false }
    } else if target.count == 2, target[1] == units,
      target[0] == sizes.dropLast().reduce(1, *)
    {
      direct.builtinOptions?[FullyConnected.keepNumDims] = false
    } else {
      return false
    }
    direct.outputs = [result]
    editor.replace(product.index, with: direct)
    editor.remove([index])
    return true
  }
}
