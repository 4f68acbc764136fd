import Optimizer
import TFLite

/// Makes CONCATENATION of operators that put tensors, or copies of one, next to one another.
struct JoinedParts: TargetRule {
  static let name = "joins"
  static let summary = "PACK, TILE and BROADCAST_TO into RESHAPE and CONCATENATION"
  static let kinds: Set<BuiltinOperator> = [.pack, .tile, .broadcastTo]

  /// More copies of a tensor than CONCATENATION should read; the most of a model that the rule helps in the
  /// zoo.
  private static let mostCopies = 16

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, let result = entry.outputs?.first,
      let made = editor.staticShape(result)
    else { return false }
    if editor.kind(of: entry) == .pack { return pack(index, inputs, result, made, &editor) }
    guard let source = inputs.first, editor.haveSameEncoding(source, result),
      let own = editor.staticShape(source), own.count <= made.count, !made.contains(0)
    else { return false }
    return copy(index, source, own, result, made, &editor)
  }

  private func pack(
    _ index: Int, _ inputs: [Int32], _ result: Int32, _ made: [Int], _ editor: inout GraphEditor
  ) -> Bool {
    var axis = Int(editor.operators[index].builtinOptions?[Pack.axis] ?? 0)
    if axis < 0 { axis += made.count }
    guard made.indices.contains(axis), made[axis] == inputs.count else { return false }
    var part = made
    part[axis] = 1
    var entries: [Operator] = []
    var parts: [Int32] = []
    for input in inputs {
      let reshaped = editor.addTensor(like: input, part)
      entries.append(editor.reshape(input, reshaped, part))
      parts.append(reshaped)
    }
    editor.replace(index, with: entries + [editor.join(parts, axis, result)])
    return true
  }

  private func copy(
    _ index: Int, _ source: Int32, _ own: [Int], _ result: Int32, _ made: [Int],
    _ editor: inout GraphEditor
  ) -> Bool {
    var shape = [Int](repeating: 1, count: made.count - own.count) + own
    let grown = made.indices.filter { made[$0] != shape[$0] }
    guard !grown.isEmpty, grown.allSatisfy({ made[$0] % shape[$0] == 0 }),
      grown.allSatisfy({ made[$0] / shape[$0] <= Self.mostCopies })
    else { return false }
    var entries: [Operator] = []
    var now = source
    if shape != own {
      now = editor.addTensor(like: source, shape)
      entries.append(editor.reshape(source, now, shape))
    }
    for axis in grown.reversed() {
      let copies = made[axis] / shape[axis]
      shape[axis] = made[axis]
      let next = shape == made ? result : editor.addTensor(like: result, shape)
      entries.append(editor.join([Int32](repeating: now, count: copies), axis, next))
      now = next
    }
    editor.replace(index, with: entries)
    return true
  }
}

extension GraphEditor {
  /// Returns a CONCATENATION.
  mutating func join(_ parts: [Int32], _ axis: Int, _ result: Int32) -> Operator {
    var entry = operation(.concatenation, parts, [result], tag: Concatenation.axis.tag)
    entry.builtinOptions?[Concatenation.axis] = Int32(axis)
    return entry
  }
}
