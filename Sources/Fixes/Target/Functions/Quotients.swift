import Optimizer
import TFLite

/// Takes DIV away: by a constant, and by a square root.
///
/// By what is not negative it could be RSQRT twice, but that is off by 1.1e-6 of the results, above the bound.
struct Quotients: TargetRule {
  static let name = "quotients"
  static let summary =
    "DIV by constants and roots into MUL, with RSQRT"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.divide]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      editor.isFloat(result), var chain = Chain(result, &editor)
    else { return false }
    let code = editor.activation(of: entry)
    let factor: Int32
    if editor.isPlain(inputs[1]), let values = try editor.floats(inputs[1]),
      values.allSatisfy({ $0 != 0 && (1 / $0).isFinite })
    {
      factor = editor.addConstant(
        "reciprocal", editor.staticShape(inputs[1]) ?? [values.count], values.map { 1 / $0 })
    } else if let root = editor.producer(of: inputs[1], .squareRoot)?.entry.inputs?.first,
      let shape = editor.dimensions(inputs[1])
    {
      factor = chain.add(.reciprocalRoot, [root], shape: shape, &editor)
    } else {
      return false
    }
    chain.end(.multiply, [inputs[0], factor], &editor)
    guard let last = chain.entries.last.flatMap({ editor.with(activation: code, $0) }) else {
      return false
    }
    editor.replace(index, with: chain.entries.dropLast() + [last])
    return true
  }
}
