import Optimizer
import TFLite

/// Makes products, sums and MAXIMUM of functions of one element that come down to them.
struct PlainArithmetic: TargetRule {
  static let name = "arithmetic"
  static let summary = "SQUARE, NEG, ABS and SQUARED_DIFFERENCE into MUL, SUB and MAXIMUM"
  static let kinds: Set<BuiltinOperator> = [.square, .negate, .absolute, .squaredDifference]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, let x = inputs.first, let result = entry.outputs?.first,
      editor.isFloat(x), var chain = Chain(result, &editor)
    else { return false }
    switch editor.kind(of: entry) {
    case .square: chain.end(.multiply, [x, x], &editor)
    case .negate: chain.end(.multiply, [x, chain.constant(-1, &editor)], &editor)
    case .absolute:
      let negative = chain.add(.multiply, [x, chain.constant(-1, &editor)], &editor)
      chain.end(.maximum, [x, negative], &editor)
    default:
      guard inputs.count == 2 else { return false }
      let difference = chain.add(.subtract, [x, inputs[1]], &editor)
      chain.end(.multiply, [difference, difference], &editor)
    }
    editor.replace(index, with: chain.entries)
    return true
  }
}
