import Optimizer
import TFLite

/// Applies a function to a tensor before it is split, where all but one of its parts at most go through
/// that function, as the gates of an LSTM do.
struct SplitFunctions: FixRule {
  static let name = "gates"
  static let summary = "the same function of the parts of SPLIT into one before it"

  /// Computing it for a part that does not need it must cost less than the operators that go. It does for
  /// integers, whose kernels look results up (99 % of the time of an LSTM of 49 steps); for floats a loop
  /// took 112 %.
  private static let leastReaders = 3

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .split, let inputs = entry.inputs, inputs.count == 2,
      let parts = entry.outputs, let axes = try editor.integers(inputs[0]), axes.count == 1,
      let sizes = editor.dimensions(inputs[1]), let first = readers(of: parts, editor).first
    else { return false }
    let axis = axes[0] < 0 ? axes[0] + sizes.count : axes[0]
    let kind = editor.kind(first.index)
    let same = readers(of: parts, editor).filter { isSame($0.index, first.index, editor) }
    let rest = parts.indices.filter { part in !same.contains { $0.part == part } }
    let used = rest.filter { !editor.uses(of: parts[$0]).isEmpty }
    let isLookedUp = [.int8, .uint8].contains(editor.tensor(inputs[1]).type)
    guard sizes.indices.contains(axis), used.isEmpty || isLookedUp,
      sizes[axis] != GraphEditor.unknownSize,
      BuiltinOperator.functions.contains(kind),
      same.count >= Self.leastReaders || used.isEmpty && same.count > 1, used.count <= 1,
      used.allSatisfy({ !editor.graph.isOutput[Int(parts[$0])] })
    else { return false }
    write(index, sizes, axis, same, used.first, &editor)
    return true
  }

  private struct Reader {
    let part: Int
    let index: Int
    let result: Int32
  }

  /// Returns the functions that are the only readers of parts, with those of the most frequent kind
  /// first.
  private func readers(of parts: [Int32], _ editor: GraphEditor) -> [Reader] {
    let all = parts.indices.compactMap { part -> Reader? in
      guard editor.hasOneReader(parts[part]), let use = editor.uses(of: parts[part]).first,
        let result = editor.operators[use.operation].outputs?.first
      else { return nil }
      return Reader(part: part, index: use.operation, result: result)
    }
    let best = all.max { a, b in
      all.count { isSame($0.index, a.index, editor) }
        < all.count { isSame($0.index, b.index, editor) }
    }
    guard let best else { return [] }
    return [best] + all.filter { $0.index != best.index }
  }

  private func isSame(_ a: Int, _ b: Int, _ editor: GraphEditor) -> Bool {
    let (first, second) = (editor.operators[a], editor.operators[b])
    guard first.opcodeIndex == second.opcodeIndex, first.builtinOptions == second.builtinOptions,
      let one = first.outputs?.first, let other = second.outputs?.first
    else { return false }
    return editor.haveSameForm(one, other)
  }

  private func write(
    _ index: Int, _ sizes: [Int], _ axis: Int, _ same: [Reader], _ rest: Int?,
    _ editor: inout GraphEditor
  ) {
    let entry = editor.operators[index]
    guard let source = entry.inputs?[1], let parts = entry.outputs else { return }
    let whole = editor.addTensor(like: same[0].result, sizes)
    var function = editor.operators[same[0].index]
    function.inputs = [source]
    function.outputs = [whole]
    var split = entry
    split.inputs?[1] = whole
    for reader in same { split.outputs?[reader.part] = reader.result }
    let width = sizes[axis] / parts.count
    for part in parts.indices where !same.contains(where: { $0.part == part }) {
      // A part that nothing reads, or that a SLICE gives.
      let unread = editor.addTensor(
        like: same[0].result, sizes.indices.map { $0 == axis ? width : sizes[$0] })
      split.outputs?[part] = unread
    }
    editor.replace(index, with: split)
    editor.remove(Set(same.map(\.index)))
    editor.insert(function, before: index)
    guard let rest else { return }
    let slice = editor.slice(
      source, sizes.indices.map { $0 == axis ? rest * width : 0 },
      sizes.indices.map { $0 == axis ? width : -1 }, parts[rest])
    editor.insert(slice, before: index)
  }
}
