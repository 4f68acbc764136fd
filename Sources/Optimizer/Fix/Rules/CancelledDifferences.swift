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
    for (a, difference) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let maker = editor.producer(of: difference, .subtract), editor.isLinear(maker.entry),
        let terms = maker.entry.inputs, terms.count == 2, terms[1] == a, terms[0] != a
      else { continue }
      let b = terms[0]
      if editor.haveSameForm(b, result) { return editor.bypass(index, from: result, to: b) }
    }
    return try narrow(index, sum, inputs, result, &editor)
  }

  /// The same where b has fewer axes, and all readers broadcast it.
  private func narrow(
    _ index: Int, _ sum: Operator, _ inputs: [Int32], _ result: Int32,
    _ editor: inout GraphEditor
  ) throws -> Bool {
    for (a, difference) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let maker = editor.producer(of: difference, .subtract), editor.isLinear(maker.entry),
        let terms = maker.entry.inputs, terms.count == 2, terms[1] == a, terms[0] != a,
        let sizes = editor.staticShape(terms[0]), let made = editor.staticShape(result),
        sizes.reduce(1, *) == made.reduce(1, *), editor.haveSameEncoding(terms[0], result)
      else { continue }
      let entry = editor.reshape(terms[0], result, made)
      editor.replace(index, with: entry)
      return true
    }
    return false
  }
}
