import Optimizer
import TFLite

/// Makes a SLICE of each part that SPLIT, UNPACK and STRIDED_SLICE take, with a RESHAPE behind it where an
/// axis goes.
struct SlicesOnly: TargetRule {
  static let name = "cuts"
  static let summary = "SPLIT, UNPACK and STRIDED_SLICE into SLICE and RESHAPE"
  static let kinds: Set<BuiltinOperator> = [.split, .splitV, .unpack, .stridedSlice]

  /// GPU and others slice three or four axes.
  private static let leastAxes = 3

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let found = try parts(entry, editor), let sizes = editor.dimensions(found.source),
      !sizes.isEmpty, !editor.isConstant(found.source)
    else { return false }
    let ones = [Int](repeating: 1, count: max(0, Self.leastAxes - sizes.count))
    var made: [Operator] = []
    var source = found.source
    if !ones.isEmpty {
      source = editor.addTensor(like: found.source, ones + sizes)
      made.append(editor.reshape(found.source, source, ones + sizes))
    }
    for part in found.parts where editor.isRead(part.result) {
      guard let shape = editor.dimensions(part.result) else { return false }
      let taken = ones + part.sizes
      let piece = taken == shape ? part.result : editor.addTensor(like: part.result, taken)
      made.append(
        editor.slice(
          source, ones.map { _ in 0 } + part.begins,
          taken.map { $0 == GraphEditor.unknownSize ? -1 : $0 }, piece))
      if piece != part.result { made.append(editor.reshape(piece, part.result, shape)) }
    }
    editor.replace(index, with: made)
    return true
  }

  private struct Part {
    let result: Int32
    let begins: [Int]
    let sizes: [Int]
  }

  private func parts(
    _ entry: Operator, _ editor: GraphEditor
  ) throws -> (source: Int32, parts: [Part])? {
    guard let inputs = entry.inputs, let results = entry.outputs else { return nil }
    switch editor.kind(of: entry) {
    case .split where inputs.count == 2:
      return try along(try editor.integers(inputs[0])?.first, inputs[1], results, nil, editor)
    case .splitV where inputs.count == 3:
      guard let widths = try editor.integers(inputs[1]) else { return nil }
      return try along(
        try editor.integers(inputs[2])?.first, inputs[0], results, widths, editor)
    case .unpack:
      let axis = Int(entry.builtinOptions?[Unpack.axis] ?? 0)
      return try along(
        axis, inputs[0], results, [Int](repeating: 1, count: results.count), editor)
    case .stridedSlice where inputs.count == 4 && results.count == 1:
      return try strided(entry, inputs, results[0], editor)
    default: return nil
    }
  }

  /// Parts one behind the other; equally wide without `widths`.
  private func along(
    _ axis: Int?, _ source: Int32, _ results: [Int32], _ widths: [Int]?, _ editor: GraphEditor
  ) throws -> (source: Int32, parts: [Part])? {
    guard let axis, let sizes = editor.dimensions(source), results.allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    let place = axis < 0 ? axis + sizes.count : axis
    guard sizes.indices.contains(place), sizes[place] != GraphEditor.unknownSize else { return nil }
    var all = widths ?? [Int](repeating: sizes[place] / results.count, count: results.count)
    if let rest = all.firstIndex(of: -1) {
      // What the others leave.
      all[rest] = sizes[place] - all.reduce(1, +)
    }
    guard all.count == results.count, all.allSatisfy({ $0 >= 0 }),
      zip(results, all).allSatisfy({ $1 > 0 || !editor.isRead($0) }),
      all.reduce(0, +) == sizes[place]
    else { return nil }
    var begin = 0
    var parts: [Part] = []
    for (result, width) in zip(results, all) {
      var begins = [Int](repeating: 0, count: sizes.count)
      var taken = sizes
      (begins[place], taken[place]) = (begin, width)
      parts.append(Part(result: result, begins: begins, sizes: taken))
      begin += width
    }
    return (source, parts)
  }

  /// What a STRIDED_SLICE takes in steps of 1.
  private func strided(
    _ entry: Operator, _ inputs: [Int32], _ result: Int32, _ editor: GraphEditor
  ) throws -> (source: Int32, parts: [Part])? {
    guard let options = entry.builtinOptions, let sizes = editor.dimensions(inputs[0]),
      options[StridedSlice.ellipsisMask] == 0, options[StridedSlice.newAxisMask] == 0,
      options[StridedSlice.offset] != true, let begins = try editor.integers(inputs[1]),
      let ends = try editor.integers(inputs[2]), let steps = try editor.integers(inputs[3]),
      steps.allSatisfy({ $0 == 1 }), begins.count == ends.count, begins.count <= sizes.count
    else { return nil }
    func isSet(_ key: OptionKey<Int32>, _ axis: Int) -> Bool {
      (options[key] ?? 0) & (1 << axis) != 0
    }
    var (first, taken) = ([Int](repeating: 0, count: sizes.count), sizes)
    for axis in begins.indices {
      let isWhole = isSet(StridedSlice.beginMask, axis) && isSet(StridedSlice.endMask, axis)
      let isOne = isSet(StridedSlice.shrinkAxisMask, axis)
      if isWhole, !isOne { continue }
      guard sizes[axis] != GraphEditor.unknownSize else { return nil }
      func place(_ value: Int) -> Int {
        min(max(0, value < 0 ? value + sizes[axis] : value), sizes[axis])
      }
      first[axis] = isSet(StridedSlice.beginMask, axis) ? 0 : place(begins[axis])
      let end = isSet(StridedSlice.endMask, axis) ? sizes[axis] : place(ends[axis])
      taken[axis] = isOne ? 1 : end - first[axis]
      guard taken[axis] > 0, first[axis] + taken[axis] <= sizes[axis] else { return nil }
    }
    return (inputs[0], [Part(result: result, begins: first, sizes: taken)])
  }
}

extension GraphEditor {
  /// Whether something reads the tensor, or it is an output.
  fileprivate func isRead(_ tensor: Int32) -> Bool {
    tensor >= 0 && (!uses(of: tensor).isEmpty || graph.isOutput[Int(tensor)])
  }
}
