import Optimizer
import TFLite

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
    _ kind: BuiltinOperator, _ operands: [Int32], shape: [Int]? = nil, tag: UInt8? = nil,
    _ editor: inout GraphEditor, _ configure: (inout Options?) -> Void = { _ in }
  ) -> Int32 {
    let made = editor.addTensor(like: result, shape ?? sizes)
    append(kind, operands, made, tag, &editor, configure)
    return made
  }

  /// Adds a reduction of the last axis, which stays with size 1.
  mutating func reduce(
    _ kind: BuiltinOperator, _ source: Int32, _ sizes: [Int], _ editor: inout GraphEditor
  ) -> Int32 {
    let axes = editor.addConstant("axes", [sizes.count - 1])
    return add(
      kind, [source, axes], shape: sizes.dropLast() + [1], tag: Reducer.keepDims.tag, &editor
    ) {
      $0?[Reducer.keepDims] = true
    }
  }

  /// Adds the operator that makes the result.
  mutating func end(
    _ kind: BuiltinOperator, _ operands: [Int32], tag: UInt8? = nil, _ editor: inout GraphEditor,
    _ configure: (inout Options?) -> Void = { _ in }
  ) {
    append(kind, operands, result, tag, &editor, configure)
  }

  private mutating func append(
    _ kind: BuiltinOperator, _ inputs: [Int32], _ made: Int32, _ tag: UInt8?,
    _ editor: inout GraphEditor, _ configure: (inout Options?) -> Void
  ) {
    var entry = editor.operation(
      kind, inputs, [made], tag: tag ?? FusedFunction.keys[kind]?.tag ?? 0)
    configure(&entry.builtinOptions)
    entries.append(entry)
  }
}
