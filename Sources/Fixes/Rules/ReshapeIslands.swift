import Optimizer
import TFLite

/// Removes RESHAPEs around operators that compute each element by itself: between two shapes the
/// operators in between compute the same in the other one. Reductions behind which a RESHAPE gives back
/// the axes keep them. Never adds more RESHAPEs than it removes.
struct ReshapeIslands: FixRule {
  static let name = "reshapes"
  static let summary = "RESHAPE around operators that compute element by element"

  /// Tensors of one shape that change together.
  private struct Island {
    var tensors: Set<Int32> = []
    /// RESHAPEs into and out of it, which vanish.
    var entrances: Set<Int> = []
    var exits: Set<Int> = []
    /// Reductions that keep their axes then.
    var reductions: Set<Int> = []
  }

  /// Islands of real graphs have a few operators; one that is larger holds the whole graph.
  private static let mostTensors = 64

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let exit = editor.operators[index]
    guard [.reshape, .squeeze, .expandDims].contains(editor.kind(of: exit)),
      let start = exit.inputs?.first, let result = exit.outputs?.first,
      let inside = editor.staticShape(start), let outside = editor.staticShape(result),
      inside != outside, !inside.contains(0), let maker = editor.producer(of: start),
      editor.kind(of: maker.entry) != .reshape
    else { return false }
    guard let island = try grow(from: start, inside, outside, editor) else { return false }
    move(island, to: outside, &editor)
    return true
  }

  /// Returns nil if a tensor of the island has to stay as it is.
  private func grow(
    from start: Int32, _ inside: [Int], _ outside: [Int], _ editor: GraphEditor
  ) throws -> Island? {
    var island = Island()
    var pending = [start]
    while let tensor = pending.popLast() {
      guard island.tensors.insert(tensor).inserted else { continue }
      guard island.tensors.count <= Self.mostTensors, editor.isInner(tensor),
        editor.staticShape(tensor) == inside, let maker = editor.producer(of: tensor)
      else { return nil }
      guard let read = try enter(maker, &island, inside, outside, editor) else { return nil }
      pending += read
      for use in editor.uses(of: tensor) {
        guard let made = leave(use, &island, inside, outside, editor) else { return nil }
        pending += made
      }
    }
    return island.exits.isEmpty ? nil : island
  }

  /// Notes how a tensor of the island is made. Returns more tensors of it; nil if it cannot change.
  private func enter(
    _ maker: (index: Int, entry: Operator), _ island: inout Island, _ inside: [Int],
    _ outside: [Int], _ editor: GraphEditor
  ) throws -> [Int32]? {
    let kind = editor.kind(of: maker.entry)
    guard let inputs = maker.entry.inputs, maker.entry.outputs?.count == 1 else { return nil }
    if [.reshape, .squeeze, .expandDims].contains(kind) {
      guard inputs[0] >= 0, editor.staticShape(inputs[0]) == outside,
        !editor.isConstant(inputs[0]), let made = maker.entry.outputs?.first,
        editor.haveSameEncoding(inputs[0], made)
      else { return nil }
      island.entrances.insert(maker.index)
      return []
    }
    if BuiltinOperator.reductions.contains(kind) {
      guard try keptShape(maker.entry, editor) == outside else { return nil }
      island.reductions.insert(maker.index)
      return []
    }
    return operands(maker.index, maker.entry, &island, inside, editor)
  }

  /// Notes what reads a tensor of the island. Returns more tensors of it; nil if it cannot change.
  private func leave(
    _ use: Graph.Use, _ island: inout Island, _ inside: [Int], _ outside: [Int],
    _ editor: GraphEditor
  ) -> [Int32]? {
    let entry = editor.operators[use.operation]
    guard let result = entry.outputs?.first, entry.outputs?.count == 1 else { return nil }
    if [.reshape, .squeeze, .expandDims].contains(editor.kind(of: entry)), use.operand == 0 {
      guard editor.staticShape(result) == outside, let read = entry.inputs?.first,
        editor.haveSameEncoding(read, result)
      else { return nil }
      island.exits.insert(use.operation)
      return []
    }
    return operands(use.operation, entry, &island, inside, editor).map { $0 + [result] }
  }

  /// Returns the operands of an operator of the island; nil if it cannot be one.
  private func operands(
    _ index: Int, _ entry: Operator, _ island: inout Island, _ inside: [Int],
    _ editor: GraphEditor
  ) -> [Int32]? {
    let kind = editor.kind(of: entry)
    guard let inputs = entry.inputs, let result = entry.outputs?.first,
      editor.staticShape(result) == inside
    else { return nil }
    if BuiltinOperator.functions.contains(kind) { return inputs }
    guard BuiltinOperator.pairings.contains(kind), inputs.count == 2 else { return nil }
    var found: [Int32] = []
    for input in inputs {
      guard let sizes = editor.staticShape(input) else { return nil }
      if editor.isConstant(input) {
        // One value for all elements broadcasts to any shape.
        guard sizes.reduce(1, *) == 1, sizes.count <= 1 else { return nil }
      } else if sizes == inside {
        found.append(input)
      } else if sizes.reduce(1, *) != 1 || !sizes.isEmpty {
        return nil
      }
    }
    return found
  }

  /// Returns the shape of a reduction that keeps its axes; nil for one that does so already.
  private func keptShape(_ entry: Operator, _ editor: GraphEditor) throws -> [Int]? {
    guard let inputs = entry.inputs, inputs.count == 2, let sizes = editor.staticShape(inputs[0]),
      entry.builtinOptions?[Reducer.keepDims] == false, let axes = try editor.integers(inputs[1])
    else { return nil }
    let reduced = Set(axes.map { $0 < 0 ? $0 + sizes.count : $0 })
    return sizes.indices.map { reduced.contains($0) ? 1 : sizes[$0] }
  }

  private func move(_ island: Island, to shape: [Int], _ editor: inout GraphEditor) {
    for index in island.reductions.sorted() {
      var entry = editor.operators[index]
      entry.builtinOptions?[Reducer.keepDims] = true
      editor.replace(index, with: entry)
    }
    for tensor in island.tensors.sorted() { editor.edit(tensor) { $0.setSizes(shape) } }
    for index in island.entrances.sorted() {
      let entry = editor.operators[index]
      if let source = entry.inputs?.first, let made = entry.outputs?.first {
        _ = editor.bypass(index, from: made, to: source)
      }
    }
    // A renamed output removes its operator, so the last ones come first.
    for index in island.exits.sorted(by: >) {
      let entry = editor.operators[index]
      guard let source = entry.inputs?.first, let made = entry.outputs?.first else { continue }
      if !editor.bypass(index, from: made, to: source) {
        let same = editor.reshape(source, made, shape)
        editor.replace(index, with: same)
      }
    }
  }
}
