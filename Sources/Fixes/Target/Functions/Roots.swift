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

extension GraphEditor {
  private static let neverNegative: Set<BuiltinOperator> = [
    .squareRoot, .reciprocalRoot, .exponential, .logistic, .absolute, .square,
    .squaredDifference, .relu, .relu6, .softmax,
  ]
  private static let keepsSign: Set<BuiltinOperator> = BuiltinOperator.layouts.union([
    .mean, .sum, .reduceMax, .reduceMin, .slice, .stridedSlice,
  ])

  /// Whether a tensor has no element below 0, whatever the inputs are.
  func isNeverNegative(_ tensor: Int32, depth: Int = 8) throws -> Bool {
    if let value = try scalar(tensor) { return value >= 0 }
    guard depth > 0, let entry = producer(of: tensor)?.entry, let inputs = entry.inputs else {
      return false
    }
    let kind = kind(of: entry)
    if Self.neverNegative.contains(kind) { return true }
    if Self.keepsSign.contains(kind) { return try isNeverNegative(inputs[0], depth: depth - 1) }
    guard inputs.count == 2 else { return false }
    switch kind {
    case .multiply where inputs[0] == inputs[1]: return true
    case .multiply, .add, .divide, .minimum:
      return try inputs.allSatisfy { try isNeverNegative($0, depth: depth - 1) }
    case .maximum: return try inputs.contains { try isNeverNegative($0, depth: depth - 1) }
    default: return false
    }
  }
}
