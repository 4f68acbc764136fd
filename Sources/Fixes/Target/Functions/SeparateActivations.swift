import OpSet
import Optimizer
import TFLite

/// Takes a fused activation function out of operators whose kernel on the target has none.
struct SeparateActivations: TargetRule {
  static let name = "unfused"
  static let summary = "fused activation functions into operators of their own"
  static let kinds: Set<BuiltinOperator> = Set(keys.keys)

  private static let keys: [BuiltinOperator: OptionKey<Int8>] = FusedFunction.keys.merging(
    [
      .averagePool: Pool2D.activation, .maxPool: Pool2D.activation,
      .concatenation: Concatenation.activation,
    ], uniquingKeysWith: { first, _ in first })
  private static let functions: [Int8: BuiltinOperator] = Dictionary(
    uniqueKeysWithValues: FusedFunction.codes.map { ($1, $0) } + [(4, .tanh)])

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    var entry = editor.operators[index]
    guard let key = Self.keys[editor.kind(of: entry)], let code = entry.builtinOptions?[key],
      let function = Self.functions[code], let result = entry.outputs?.first,
      editor.isFloat(result), let sizes = editor.dimensions(result)
    else { return false }
    let linear = editor.addTensor(like: result, sizes)
    entry.builtinOptions?[key] = FusedFunction.none
    entry.outputs = [linear]
    let activation = editor.operation(function, [linear], [result])
    editor.replace(index, with: [entry, activation])
    return true
  }
}
