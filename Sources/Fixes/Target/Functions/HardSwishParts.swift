import Optimizer
import TFLite

/// Makes HARD_SWISH of the operators that it is defined by: x · RELU6(x + 3) ÷ 6, in the kernel's order.
struct HardSwishParts: TargetRule {
  static let name = "hard-swish"
  static let summary = "HARD_SWISH into ADD, RELU6 and MUL"
  static let kinds: Set<BuiltinOperator> = [.hardSwish]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let x = entry.inputs?.first, let result = entry.outputs?.first, editor.isFloat(x),
      var chain = Chain(result, &editor)
    else { return false }
    let sum = chain.add(.add, [x, chain.constant(3, &editor)], &editor)
    let bounded = chain.add(.relu6, [sum], &editor)
    let product = chain.add(.multiply, [x, bounded], &editor)
    chain.end(.multiply, [product, chain.constant(1 / 6, &editor)], &editor)
    editor.replace(index, with: chain.entries)
    return true
  }
}
