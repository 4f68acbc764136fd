import Optimizer
import TFLite

/// Reads b in place of a + (b − a), which models keep from training with straight-through gradients.
/// Never where an operator has a fused activation function.
struct CancelledDifferences: FixRule {
  static let name = "differences"
  static let summary = "a + (b − a), left from training, into b"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let sum = editor.operators[index]
    guard editor.kind(of: sum) == .add, editor.isLinear(sum), let inputs = sum.inputs,
      inputs.count == 2, let result = sum.outputs?.first, editor.isFloat(result),
      !editor.uses(of: result).isEmpty || editor.graph.isOutput[Int(result)]
    else { return false }
    let found = remainders(of: inputs, editor)
    if let b = found.first(where: { editor.haveSameForm($0, result) }) {
      return editor.bypass(index, from: result, to: b)
    }
    // b may have fewer axes.
    guard let made = editor.staticShape(result),
      let b = found.first(where: {
        editor.staticShape($0)?.reduce(1, *) == made.reduce(1, *)
          && editor.haveSameEncoding($0, result)
      })
    else { return false }
    let entry = editor.reshape(b, result, made)
    editor.replace(index, with: entry)
    return true
  }

  /// Returns each b for which the terms are a and b − a, in either order.
  private func remainders(of terms: [Int32], _ editor: GraphEditor) -> [Int32] {
    [(terms[0], terms[1]), (terms[1], terms[0])].compactMap { a, difference in
      guard let maker = editor.producer(of: difference, .subtract), editor.isLinear(maker.entry),
        let inputs = maker.entry.inputs, inputs.count == 2, inputs[1] == a, inputs[0] != a
      else { return nil }
      return inputs[0]
    }
  }
}
