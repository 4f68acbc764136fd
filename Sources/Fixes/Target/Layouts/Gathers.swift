import TFLite

/// Makes SLICE of what GATHER takes from constant places, and gives it places in one row where the target
/// takes no others.
struct Gathers: TargetRule {
  static let name = "gathers"
  static let summary =
    "GATHER and GATHER_ND at constant places into SLICE; at others, places in one row"
  static let kinds: Set<BuiltinOperator> = [.gather, .gatherND]

  /// Pieces of a tensor that CONCATENATION should put together, as for copies.
  private static let mostParts = 16

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      let sizes = editor.staticShape(inputs[0]), let made = editor.staticShape(result),
      let wanted = editor.staticShape(inputs[1]), !sizes.contains(0), !made.contains(0)
    else { return false }
    guard editor.isConstant(inputs[1]) else {
      return try oneRow(index, inputs, wanted, sizes, made, &editor)
    }
    guard let places = try editor.integers(inputs[1]), !editor.isConstant(inputs[0]),
      editor.haveSameEncoding(inputs[0], result)
    else { return false }
    if editor.kind(of: entry) == .gatherND {
      return points(index, inputs[0], sizes, places, wanted, result, made, &editor)
    }
    let axis = Int(entry.builtinOptions?[Gather.axis] ?? 0)
    let place = axis < 0 ? axis + sizes.count : axis
    guard entry.builtinOptions?[Gather.batchDims] ?? 0 == 0, sizes.indices.contains(place),
      places.allSatisfy({ (0..<sizes[place]).contains($0) })
    else { return false }
    let blocks = Self.runs(places).map { run in
      var (begins, taken) = ([Int](repeating: 0, count: sizes.count), sizes)
      (begins[place], taken[place]) = (run.lowerBound, run.count)
      return (begins, taken)
    }
    return write(index, inputs[0], blocks, place, sizes, result, made, &editor)
  }

  /// GATHER_ND, each of whose places names the first axes.
  private func points(
    _ index: Int, _ source: Int32, _ sizes: [Int], _ places: [Int], _ wanted: [Int],
    _ result: Int32, _ made: [Int], _ editor: inout GraphEditor
  ) -> Bool {
    guard let named = wanted.last, named > 0, named <= sizes.count else { return false }
    var blocks: [([Int], [Int])] = []
    for start in stride(from: 0, to: places.count, by: named) {
      let begins = Array(places[start..<start + named]) + sizes.dropFirst(named).map { _ in 0 }
      guard zip(begins, sizes).allSatisfy({ (0..<$1).contains($0) }) else { return false }
      blocks.append((begins, [Int](repeating: 1, count: named) + sizes.dropFirst(named)))
    }
    return write(index, source, blocks, 0, sizes, result, made, &editor)
  }

  private func write(
    _ index: Int, _ source: Int32, _ blocks: [(begins: [Int], sizes: [Int])], _ axis: Int,
    _ sizes: [Int], _ result: Int32, _ made: [Int], _ editor: inout GraphEditor
  ) -> Bool {
    guard (1...Self.mostParts).contains(blocks.count), sizes.count <= 4 else { return false }
    // GPU and others slice three or four axes.
    let ones = [Int](repeating: 1, count: max(0, 3 - sizes.count))
    var entries: [Operator] = []
    var from = source
    if !ones.isEmpty {
      from = editor.addTensor(like: source, ones + sizes)
      entries.append(editor.reshape(source, from, ones + sizes))
    }
    var joined = ones + blocks[0].sizes
    joined[ones.count + axis] = blocks.reduce(0) { $0 + $1.sizes[axis] }
    func piece(_ shape: [Int], isLast: Bool) -> Int32 {
      isLast && shape == made ? result : editor.addTensor(like: result, shape)
    }
    var parts: [Int32] = []
    for block in blocks {
      let taken = ones + block.sizes
      let part = piece(taken, isLast: blocks.count == 1)
      entries.append(editor.slice(from, ones.map { _ in 0 } + block.begins, taken, part))
      parts.append(part)
    }
    var whole = parts[0]
    if parts.count > 1 {
      whole = piece(joined, isLast: true)
      entries.append(editor.join(parts, ones.count + axis, whole))
    }
    if whole != result { entries.append(editor.reshape(whole, result, made)) }
    editor.replace(index, with: entries)
    return true
  }

  /// Returns places that follow one another, together.
  private static func runs(_ places: [Int]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for place in places {
      if let last = runs.last, last.upperBound == place {
        runs[runs.count - 1] = last.lowerBound..<place + 1
      } else {
        runs.append(place..<place + 1)
      }
    }
    return runs
  }

  /// GATHER with places of one axis, which are reshaped as floats where that is exact.
  private func oneRow(
    _ index: Int, _ inputs: [Int32], _ wanted: [Int], _ sizes: [Int], _ made: [Int],
    _ editor: inout GraphEditor
  ) throws -> Bool {
    var entry = editor.operators[index]
    let axis = Int(entry.builtinOptions?[Gather.axis] ?? 0)
    let place = axis < 0 ? axis + sizes.count : axis
    guard editor.kind(of: entry) == .gather, wanted.count != 1, sizes.indices.contains(place),
      entry.builtinOptions?[Gather.batchDims] ?? 0 == 0, let result = entry.outputs?.first,
      editor.tensor(inputs[1]).type == .int32, sizes[place] <= IndexArithmetic.mostExact
    else { return false }
    let count = wanted.reduce(1, *)
    var entries: [Operator] = []
    let row: Int32
    if let source = editor.producer(of: inputs[1], .reshape)?.entry.inputs?.first,
      editor.staticShape(source) == [count]
    {
      row = source
    } else {
      row = editor.addTensor(like: inputs[1], [count])
      let reshape = editor.reshape(inputs[1], row, [count])
      entries += IndexArithmetic.asFloats(reshape, [inputs[1]], wanted, [count], &editor)
    }
    let shape = sizes.prefix(place) + [count] + sizes.dropFirst(place + 1)
    let taken = editor.addTensor(like: result, Array(shape))
    entry.inputs = [inputs[0], row]
    entry.outputs = [taken]
    entries += [entry, editor.reshape(taken, result, made)]
    editor.replace(index, with: entries)
    return true
  }
}
