import Optimizer
import TFLite

/// Makes MIRROR_PAD of the rows at the border, one SLICE each, and CONCATENATION.
struct MirrorPadParts: TargetRule {
  static let name = "mirrors"
  static let summary = "MIRROR_PAD into SLICE and CONCATENATION"
  static let kinds: Set<BuiltinOperator> = [.mirrorPad]

  /// Rows that are worth an operator each.
  private static let mostRows = 16

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      var sizes = editor.staticShape(inputs[0]), (3...4).contains(sizes.count),
      let amounts = try editor.integers(inputs[1]), amounts.count == 2 * sizes.count,
      editor.haveSameEncoding(inputs[0], result), amounts.reduce(0, +) <= Self.mostRows,
      amounts.contains(where: { $0 > 0 })
    else { return false }
    // REFLECT leaves the border itself out, SYMMETRIC does not.
    let edge = entry.builtinOptions?[MirrorPad.mode] ?? 0 == 0 ? 1 : 0
    var entries: [Operator] = []
    var now = inputs[0]
    let axes = sizes.indices.filter { amounts[2 * $0] + amounts[2 * $0 + 1] > 0 }
    for axis in axes {
      let (front, back) = (amounts[2 * axis], amounts[2 * axis + 1])
      guard max(front, back) + edge <= sizes[axis] else { return false }
      let places =
        (0..<front).reversed().map { $0 + edge }
        + [-1] + (0..<back).map { sizes[axis] - 1 - edge - $0 }
      var parts: [Int32] = []
      for place in places {
        guard place >= 0 else {
          parts.append(now)
          continue
        }
        var (begins, taken) = ([Int](repeating: 0, count: sizes.count), sizes)
        (begins[axis], taken[axis]) = (place, 1)
        let row = editor.addTensor(like: result, taken)
        entries.append(editor.slice(now, begins, taken, row))
        parts.append(row)
      }
      sizes[axis] += front + back
      let next = axis == axes.last ? result : editor.addTensor(like: result, sizes)
      entries.append(editor.join(parts, axis, next))
      now = next
    }
    editor.replace(index, with: entries)
    return true
  }
}
