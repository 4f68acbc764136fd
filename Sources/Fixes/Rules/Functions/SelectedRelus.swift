import Optimizer
import TFLite

/// Makes one LEAKY_RELU or PRELU of SELECT between x and a multiple of it, by the sign of x.
struct SelectedRelus: FixRule {
  static let name = "selects"
  static let summary = "SELECT of x or a · x by the sign of x into LEAKY_RELU or PRELU"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard [.select, .selectV2].contains(editor.kind(of: entry)), let inputs = entry.inputs,
      inputs.count == 3, let result = entry.outputs?.first, editor.isFloat(result),
      editor.haveSameForm(inputs[1], result), editor.hasOneReader(inputs[2]),
      let product = editor.producer(of: inputs[2], .multiply)?.entry, editor.isLinear(product),
      let factors = product.inputs, factors.count == 2, editor.haveSameForm(inputs[2], result),
      try comparesWithZero(inputs[0], inputs[1], editor)
    else { return false }
    let x = inputs[1]
    guard let place = factors.firstIndex(of: x) else { return false }
    let factor = factors[1 - place]
    if let alpha = try editor.scalar(factor), alpha.isFinite {
      var relu = editor.operation(.leakyRelu, [x], [result], tag: LeakyRelu.alpha.tag)
      relu.builtinOptions?[LeakyRelu.alpha] = alpha
      editor.replace(index, with: relu)
      return true
    }
    guard editor.isPlain(factor), let values = try editor.floats(factor),
      let sizes = editor.dimensions(x), sizes.count >= 2, sizes.last == values.count
    else { return false }
    let alpha = editor.addConstant(
      "alpha", sizes.dropFirst().dropLast().map { _ in 1 } + [values.count], values)
    editor.replace(index, with: editor.operation(.parametricRelu, [x, alpha], [result]))
    return true
  }

  /// Whether the condition is x > 0 or x ≥ 0; at 0 both results are 0.
  private func comparesWithZero(
    _ condition: Int32, _ x: Int32, _ editor: GraphEditor
  ) throws -> Bool {
    guard let maker = editor.producer(of: condition)?.entry, let inputs = maker.inputs,
      inputs.count == 2
    else { return false }
    switch editor.kind(of: maker) {
    case .greater, .greaterEqual: return try inputs[0] == x && editor.scalar(inputs[1]) == 0
    case .less: return try inputs[1] == x && editor.scalar(inputs[0]) == 0
    default: return false
    }
  }
}
