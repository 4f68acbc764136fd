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

/// Operators of one element each, one behind the other, that together make a result.
struct Chain {
  private(set) var entries: [Operator] = []
  private let result: Int32
  private let sizes: [Int]

  /// Returns nil for a result of unknown rank.
  init?(_ result: Int32, _ editor: inout GraphEditor) {
    guard let sizes = editor.dimensions(result) else { return nil }
    self.result = result
    self.sizes = sizes
  }

  /// Returns a constant for every element.
  func constant(_ value: Float, _ editor: inout GraphEditor) -> Int32 {
    editor.addConstant("value", [1], [value])
  }

  mutating func add(
    _ kind: BuiltinOperator, _ operands: [Int32], shape: [Int]? = nil,
    _ editor: inout GraphEditor
  ) -> Int32 {
    let made = editor.addTensor(like: result, shape ?? sizes)
    append(kind, operands, made, &editor)
    return made
  }

  /// Adds the operator that makes the result.
  mutating func end(
    _ kind: BuiltinOperator, _ operands: [Int32], _ editor: inout GraphEditor
  ) {
    append(kind, operands, result, &editor)
  }

  private mutating func append(
    _ kind: BuiltinOperator, _ inputs: [Int32], _ made: Int32, _ editor: inout GraphEditor
  ) {
    entries.append(
      editor.operation(kind, inputs, [made], tag: FusedFunction.keys[kind]?.tag ?? 0))
  }
}
