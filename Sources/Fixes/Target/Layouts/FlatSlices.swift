import TFLite

/// Makes SLICE of more than four axes of one of four where RESHAPE stands before and behind it: axes that it
/// leaves whole join their neighbours.
struct FlatSlices: TargetRule {
  static let name = "flat-slices"
  static let summary = "SLICE of more than four axes between RESHAPEs into one of four"
  static let kinds: Set<BuiltinOperator> = [.slice]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 3, let result = entry.outputs?.first,
      let sizes = editor.staticShape(inputs[0]), sizes.count > FlatLayouts.mostAxes,
      let taken = editor.staticShape(result), let begins = try editor.integers(inputs[1]),
      let source = editor.producer(of: inputs[0], .reshape)?.entry.inputs?.first,
      !editor.graph.isOutput[Int(result)]
    else { return false }
    let readers = editor.uses(of: result)
    guard readers.allSatisfy({ editor.kind($0.operation) == .reshape && $0.operand == 0 }) else {
      return false
    }
    var (merged, first, kept) = ([sizes[0]], [begins[0]], [taken[0]])
    for axis in sizes.indices.dropFirst() {
      let last = merged.count - 1
      // Whole axes join what is before them, and all of them join an axis of 1.
      if taken[axis] == sizes[axis] {
        merged[last] *= sizes[axis]
        first[last] *= sizes[axis]
        kept[last] *= sizes[axis]
      } else if kept[last] == 1, merged[last] == 1 {
        (merged[last], first[last], kept[last]) = (sizes[axis], begins[axis], taken[axis])
      } else {
        merged.append(sizes[axis])
        first.append(begins[axis])
        kept.append(taken[axis])
      }
    }
    let ones = [Int](repeating: 1, count: max(0, 3 - merged.count))
    guard ones.count + merged.count <= FlatLayouts.mostAxes else { return false }
    let flat = editor.addTensor(like: inputs[0], ones + merged)
    let piece = editor.addTensor(like: result, ones + kept)
    let slice = editor.slice(flat, ones.map { _ in 0 } + first, ones + kept, piece)
    let entries = [editor.reshape(source, flat, ones + merged), slice]
    editor.replace(index, with: entries)
    editor.redirect(editor.uses(of: result), to: piece)
    return true
  }
}
