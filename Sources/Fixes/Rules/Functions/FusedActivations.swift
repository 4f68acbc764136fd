import Optimizer
import TFLite

/// Makes an operator apply the RELU, RELU6 or RELU_N1_TO_1 behind it. Quantized tensors must have the
/// same scale on both sides. Never where something else reads what the activation reads.
struct FusedActivations: FixRule {
  static let name = "activations"
  static let summary = "RELU, RELU6 and RELU_N1_TO_1 into the operator before"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let code = FusedFunction.codes[editor.kind(of: entry)], let source = entry.inputs?.first,
      let result = entry.outputs?.first, editor.hasOneReader(source),
      editor.haveSameEncoding(source, result), let maker = editor.producer(of: source),
      maker.entry.outputs?.count == 1, editor.isLinear(maker.entry),
      [.float32, .int8, .uint8].contains(editor.tensor(source).type),
      var fused = editor.with(activation: code, maker.entry)
    else { return false }
    fused.outputs = [result]
    editor.replace(maker.index, with: fused)
    editor.remove([index])
    return true
  }
}
