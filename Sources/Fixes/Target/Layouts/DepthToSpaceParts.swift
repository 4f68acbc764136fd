import Optimizer
import TFLite

/// Makes DEPTH_TO_SPACE of the rows within blocks: a SLICE of the depth gives all values of a row, whose
/// rows CONCATENATION puts below one another.
struct DepthToSpaceParts: TargetRule {
  static let name = "depth-to-space"
  static let summary = "DEPTH_TO_SPACE into SLICE, RESHAPE and CONCATENATION"
  static let kinds: Set<BuiltinOperator> = [.depthToSpace]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let source = entry.inputs?.first, let result = entry.outputs?.first,
      let block = entry.builtinOptions?[DepthToSpace.blockSize].map(Int.init), block > 1,
      let sizes = editor.staticShape(source), sizes.count == 4, sizes[0] == 1,
      let made = editor.staticShape(result), editor.haveSameEncoding(source, result)
    else { return false }
    let (height, width, depth) = (sizes[1], sizes[2], sizes[3] / block)
    var entries: [Operator] = []
    var rows: [Int32] = []
    for row in 0..<block {
      let part = editor.addTensor(like: source, [1, height, width, depth])
      entries.append(
        editor.slice(source, [0, 0, 0, row * depth], [1, height, width, depth], part))
      let flat = editor.addTensor(like: source, [1, height, 1, width * depth])
      entries.append(editor.reshape(part, flat, [1, height, 1, width * depth]))
      rows.append(flat)
    }
    let joined = editor.addTensor(like: source, [1, height, block, width * depth])
    entries.append(editor.join(rows, 2, joined))
    entries.append(editor.reshape(joined, result, made))
    editor.replace(index, with: entries)
    return true
  }
}
