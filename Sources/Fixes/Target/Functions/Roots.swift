import Optimizer
import TFLite

/// Makes SQRT of RSQRT, which integer chips have: √x is x ÷ √x.
struct Roots: TargetRule {
  static let name = "roots"
  static let summary = "SQRT into MUL by RSQRT"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.squareRoot]

  /// Below it the root is too small, by 1e-6 at most; it keeps RSQRT of 0 finite.
  private static let least: Float = 1e-12

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let x = entry.inputs?.first, let result = entry.outputs?.first, editor.isFloat(x),
      var chain = Chain(result, &editor)
    else { return false }
    let bounded = chain.add(.maximum, [x, chain.constant(Self.least, &editor)], &editor)
    let inverse = chain.add(.reciprocalRoot, [bounded], &editor)
    chain.end(.multiply, [x, inverse], &editor)
    editor.replace(index, with: chain.entries)
    return true
  }
}
