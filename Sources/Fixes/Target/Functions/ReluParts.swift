import Optimizer
import TFLite

/// Makes PRELU and LEAKY_RELU of MAXIMUM, or of RELU and MINIMUM where a factor is not between 0 and 1.
struct ReluParts: TargetRule {
  static let name = "leaky"
  static let summary = "PRELU and LEAKY_RELU into MUL and MAXIMUM, or RELU, MINIMUM, MUL and ADD"
  static let kinds: Set<BuiltinOperator> = [.parametricRelu, .leakyRelu]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let x = entry.inputs?.first, let result = entry.outputs?.first, editor.isFloat(x),
      var chain = Chain(result, &editor), let alpha = try alpha(entry, chain, &editor)
    else { return false }
    if alpha.isShare {
      // Of x and a · x the greater one: x where it is positive.
      let scaled = chain.add(.multiply, [x, alpha.tensor], &editor)
      chain.end(.maximum, [x, scaled], &editor)
    } else {
      let positive = chain.add(.relu, [x], &editor)
      let zero = chain.constant(0, &editor)
      let negative = chain.add(.minimum, [x, zero], &editor)
      let scaled = chain.add(.multiply, [negative, alpha.tensor], &editor)
      chain.end(.add, [positive, scaled], &editor)
    }
    editor.replace(index, with: chain.entries)
    return true
  }

  /// The factors for negative values, and whether all are between 0 and 1.
  private func alpha(
    _ entry: Operator, _ chain: Chain, _ editor: inout GraphEditor
  ) throws -> (tensor: Int32, isShare: Bool)? {
    if editor.kind(of: entry) == .leakyRelu {
      guard let value = entry.builtinOptions?[LeakyRelu.alpha] else { return nil }
      return (chain.constant(value, &editor), (0...1).contains(value))
    }
    guard let inputs = entry.inputs, inputs.count == 2,
      let values = try editor.floats(inputs[1])
    else { return nil }
    return (inputs[1], values.allSatisfy { (0...1).contains($0) })
  }
}
