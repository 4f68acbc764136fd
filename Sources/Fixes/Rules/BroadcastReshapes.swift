import Optimizer
import TFLite

/// Leaves out what broadcasting does anyway: a RESHAPE that only adds axes of size 1 in front, and a
/// BROADCAST_TO to the shape of the result, before an operator whose other operand has that shape.
struct BroadcastReshapes: FixRule {
  static let name = "broadcasts"
  static let summary = "RESHAPE and BROADCAST_TO before operators that broadcast"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let source = entry.inputs?.first, source >= 0, let result = entry.outputs?.first,
      entry.outputs?.count == 1, editor.isInner(result), !editor.uses(of: result).isEmpty,
      editor.haveSameEncoding(source, result), !editor.isConstant(source),
      let before = editor.dimensions(source), let after = editor.dimensions(result),
      isImplied(editor.kind(of: entry), before, after),
      editor.uses(of: result).allSatisfy({ broadcasts($0, before, after, editor) })
    else { return false }
    editor.redirect(editor.uses(of: result), to: source)
    return true
  }

  private func isImplied(_ kind: BuiltinOperator, _ before: [Int], _ after: [Int]) -> Bool {
    switch kind {
    case .reshape, .expandDims:
      let added = after.count - before.count
      return added > 0 && after.prefix(added).allSatisfy { $0 == 1 }
        && Array(after.dropFirst(added)) == before
    case .broadcastTo: return true
    default: return false
    }
  }

  /// Whether the reader's other operand gives the result its shape.
  private func broadcasts(
    _ use: Graph.Use, _ before: [Int], _ after: [Int], _ editor: GraphEditor
  ) -> Bool {
    let entry = editor.operators[use.operation]
    guard BuiltinOperator.pairings.contains(editor.kind(of: entry)), let inputs = entry.inputs,
      inputs.count == 2, let result = entry.outputs?.first,
      let other = editor.dimensions(inputs[1 - use.operand]), inputs[0] != inputs[1],
      let made = editor.dimensions(result), made.count == other.count, before.count <= other.count
    else { return false }
    // Along each axis the other operand, or what is read now, has the size.
    let padded = [Int](repeating: 1, count: other.count - before.count) + before
    return zip(made, zip(padded, other)).allSatisfy { size, sizes in
      size == sizes.1 || size == sizes.0 && sizes.1 == 1
    }
  }
}
