import Optimizer
import TFLite

/// Makes GELU by its formula with TANH. Never the exact one with the error function, which differs from it
/// by 4.7e-4 (Hendrycks and Gimpel, arXiv 1606.08415): no target here has that function.
struct GeluParts: TargetRule {
  static let name = "gelu"
  static let summary = "GELU by the formula with TANH into MUL, ADD and TANH"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.gelu]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let x = entry.inputs?.first, let result = entry.outputs?.first, editor.isFloat(x),
      entry.builtinOptions?[Gelu.approximate] == true, var chain = Chain(result, &editor)
    else { return false }
    // x · (0.5 + 0.5 · tanh(x · (√(2 ÷ π) + √(2 ÷ π) · 0.044715 · x²))).
    let slope: Float = 0.797_884_56
    let square = chain.add(.multiply, [x, x], &editor)
    let cubic = chain.add(.multiply, [square, chain.constant(slope * 0.044_715, &editor)], &editor)
    let factor = chain.add(.add, [cubic, chain.constant(slope, &editor)], &editor)
    let inner = chain.add(.multiply, [x, factor], &editor)
    let tanh = chain.add(.tanh, [inner], &editor)
    let half = chain.add(.multiply, [tanh, chain.constant(0.5, &editor)], &editor)
    let share = chain.add(.add, [half, chain.constant(0.5, &editor)], &editor)
    chain.end(.multiply, [x, share], &editor)
    editor.replace(index, with: chain.entries)
    return true
  }
}
