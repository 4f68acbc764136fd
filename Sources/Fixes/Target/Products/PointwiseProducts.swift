import Optimizer
import TFLite

/// Makes CONV_2D with a filter of one element of FULLY_CONNECTED on several rows.
struct PointwiseProducts: TargetRule {
  static let name = "pointwise"
  static let summary = "FULLY_CONNECTED on several rows into CONV_2D of one element"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.fullyConnected]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count >= 2, let result = entry.outputs?.first,
      editor.isFloat(inputs[0]), editor.isPlain(inputs[1]), !editor.isConstant(inputs[0]),
      entry.builtinOptions?[FullyConnected.weightsFormat] ?? 0 == 0,
      let filter = editor.staticShape(inputs[1]), filter.count == 2,
      let made = editor.staticShape(result), let sizes = editor.staticShape(inputs[0])
    else { return false }
    let rows = sizes.reduce(1, *) / max(1, filter[1])
    guard rows > 1, rows * filter[1] == sizes.reduce(1, *), made.reduce(1, *) == rows * filter[0]
    else { return false }
    let image = editor.addTensor(like: inputs[0], [1, 1, rows, filter[1]])
    let product = editor.addTensor(like: result, [1, 1, rows, filter[0]])
    let weights = editor.addView(of: inputs[1], [filter[0], 1, 1, filter[1]])
    var bias = inputs.count > 2 ? inputs[2] : -1
    if bias < 0 {
      bias = editor.addConstant("bias", [filter[0]], [Float](repeating: 0, count: filter[0]))
    }
    let convolution = editor.convolution(
      image, weights, bias, product, activation: editor.activation(of: entry))
    editor.replace(
      index,
      with: [
        editor.reshape(inputs[0], image, [1, 1, rows, filter[1]]), convolution,
        editor.reshape(product, result, made),
      ])
    return true
  }
}
