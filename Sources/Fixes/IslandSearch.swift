import Optimizer
import TFLite

/// Operators that would work in the layout outside, found from a tensor that leaves them.
struct IslandSearch {
  private let map: LayoutMap
  private(set) var tensors: [Int32: [Int]] = [:]
  /// The ends of layout chains into the island, with what these begin with.
  private var entrances: [(made: Int32, source: Int32)] = []
  private var exits: [(made: Int32, source: Int32, last: Int)] = []
  private var operators: [Int: Change] = [:]

  /// How an operator changes.
  private enum Change {
    /// Elements are computed one by one.
    case none
    /// A constant operand in the other layout, by its position.
    case values(position: Int, [Int])
    case axis(Int)
    /// The operand at this position is a constant in the layout inside.
    case constant(position: Int, shape: [Int])
    case several([Change])
  }

  /// Larger islands hold whole models.
  private static let mostTensors = 64

  init(_ map: LayoutMap) { self.map = map }

  /// Returns the island; nil if something in it cannot change.
  func grow(from start: Int32, _ editor: GraphEditor) throws -> IslandSearch? {
    var island = self
    var pending = [start]
    while let tensor = pending.popLast() {
      guard island.tensors[tensor] == nil else { continue }
      guard island.tensors.count < Self.mostTensors, editor.isInner(tensor),
        let sizes = editor.dimensions(tensor), let outside = map.outside(sizes),
        let maker = editor.producer(of: tensor)
      else { return nil }
      island.tensors[tensor] = outside
      if let source = try entrance(tensor, outside, editor) {
        island.entrances.append((tensor, source))
      } else {
        guard let more = try island.add(maker.index, editor) else { return nil }
        pending += more
      }
      for use in editor.uses(of: tensor) {
        if let exit = try exit(use, outside, editor) {
          island.exits.append((exit.result, tensor, exit.index))
        } else {
          guard let more = try island.add(use.operation, editor) else { return nil }
          pending += more
        }
      }
    }
    return island.exits.isEmpty || island.entrances.isEmpty ? nil : island
  }

  /// Returns what a chain begins with that makes the tensor of the layout outside.
  private func entrance(
    _ tensor: Int32, _ outside: [Int], _ editor: GraphEditor
  ) throws -> Int32? {
    guard let chain = LayoutLink.chain(to: tensor, editor), let sizes = editor.dimensions(tensor)
    else { return nil }
    // A shorter chain may be the inverse already.
    for first in chain.indices {
      guard editor.dimensions(chain[first].source) == outside,
        let inverse = try LayoutLink.map(of: Array(chain[first...]), editor)
      else { continue }
      // Each inner axis is where the map says.
      let isInverse = sizes.indices.allSatisfy { axis in
        sizes[axis] == 1 || inverse.places[axis] == map.axis(axis)
      }
      if isInverse { return chain[first].source }
    }
    return nil
  }

  /// Returns the last link of a chain that brings the tensor to the layout outside.
  private func exit(
    _ use: Graph.Use, _ outside: [Int], _ editor: GraphEditor
  ) throws -> LayoutLink? {
    guard use.operand == 0, var link = LayoutLink(use.operation, editor) else { return nil }
    var chain = [link]
    while true {
      if editor.dimensions(link.result) == outside,
        let found = try LayoutLink.map(of: chain, editor), isSame(found, as: outside)
      {
        return link
      }
      guard chain.count < 4, editor.hasOneReader(link.result),
        let next = editor.uses(of: link.result).first, next.operand == 0,
        let following = LayoutLink(next.operation, editor)
      else { return nil }
      link = following
      chain.append(following)
    }
  }

  private func isSame(_ found: LayoutMap, as outside: [Int]) -> Bool {
    outside.indices.allSatisfy { outside[$0] == 1 || found.places[$0] == map.places[$0] }
  }

  // MARK: Operators

  /// Adds an operator and returns its tensors; nil if it cannot work in the other layout.
  private mutating func add(_ index: Int, _ editor: GraphEditor) throws -> [Int32]? {
    guard operators[index] == nil else { return [] }
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, let outputs = entry.outputs, outputs.allSatisfy({ $0 >= 0 })
    else { return nil }
    let kind = editor.kind(of: entry)
    if BuiltinOperator.functions.contains(kind) {
      operators[index] = Change.none
      return inputs + outputs
    }
    if BuiltinOperator.pairings.contains(kind) { return pairing(index, inputs, outputs, editor) }
    switch kind {
    case .slice:
      guard inputs.count == 3, let begin = try vector(inputs[1], editor),
        let size = try vector(inputs[2], editor)
      else { return nil }
      operators[index] = .several([
        .values(position: 1, map.values(begin, elsewhere: 0)),
        .values(position: 2, map.values(size, elsewhere: 1)),
      ])
      return [inputs[0]] + outputs
    case .pad, .mirrorPad:
      guard inputs.count == 2, let padding = try editor.integers(inputs[1]),
        padding.count == 2 * map.innerRank,
        (0..<map.innerRank).allSatisfy({
          map.axis($0) != nil || padding[2 * $0] == 0 && padding[2 * $0 + 1] == 0
        })
      else { return nil }
      let moved = map.places.flatMap { place in
        place.map { [padding[2 * $0], padding[2 * $0 + 1]] } ?? [0, 0]
      }
      operators[index] = .values(position: 1, moved)
      return [inputs[0]] + outputs
    case .concatenation:
      guard let axis = entry.builtinOptions?[Concatenation.axis], let moved = map.axis(Int(axis)),
        !inputs.contains(where: editor.isConstant)
      else { return nil }
      operators[index] = .axis(moved)
      return inputs + outputs
    default: return nil
    }
  }

  private func vector(_ tensor: Int32, _ editor: GraphEditor) throws -> [Int]? {
    try editor.integers(tensor).flatMap { $0.count == map.innerRank ? $0 : nil }
  }

  private mutating func pairing(
    _ index: Int, _ inputs: [Int32], _ outputs: [Int32], _ editor: GraphEditor
  ) -> [Int32]? {
    guard inputs.count == 2, let made = editor.dimensions(outputs[0]) else { return nil }
    var found = outputs
    var change = Change.none
    for (position, input) in inputs.enumerated() {
      guard let sizes = editor.dimensions(input) else { return nil }
      if editor.isConstant(input) {
        guard sizes.count <= made.count else { return nil }
        let padded = [Int](repeating: 1, count: made.count - sizes.count) + sizes
        // Only one axis is not 1, so the order of elements stays.
        guard padded.count(where: { $0 != 1 }) <= 1, padded.count == map.innerRank,
          let shape = map.outside(padded), editor.tensor(input).sparsity == nil,
          editor.isPlain(input) || sizes.reduce(1, *) == 1
        else { return nil }
        if padded.contains(where: { $0 != 1 }) || sizes.count > 1 {
          change = .constant(position: position, shape: shape)
        }
      } else if sizes.count == made.count {
        found.append(input)
      } else if !sizes.isEmpty {
        return nil
      }
    }
    operators[index] = change
    return found
  }

  // MARK: The edit

  /// Rewrites the island in the layout outside.
  func move(_ editor: inout GraphEditor) {
    for (index, change) in operators.sorted(by: { $0.key < $1.key }) {
      apply(change, index, &editor)
    }
    for (tensor, shape) in tensors.sorted(by: { $0.key < $1.key }) {
      editor.edit(tensor) { $0.setSizes(shape) }
    }
    for (made, source) in entrances {
      editor.redirect(editor.uses(of: made), to: source)
    }
    // An output that is renamed removes its operator, so the last ones come first.
    for exit in exits.sorted(by: { $0.last > $1.last }) {
      let read = entrances.first { $0.made == exit.source }?.source ?? exit.source
      if !editor.bypass(exit.last, from: exit.made, to: read) {
        let sizes = editor.dimensions(exit.made) ?? []
        let same = editor.reshape(read, exit.made, sizes)
        editor.replace(exit.last, with: same)
      }
    }
  }

  private func apply(_ change: Change, _ index: Int, _ editor: inout GraphEditor) {
    var entry = editor.operators[index]
    switch change {
    case .none: return
    case .several(let changes):
      for part in changes { apply(part, index, &editor) }
      return
    case .values(let position, let values):
      let isPadding = [.pad, .mirrorPad].contains(editor.kind(of: entry))
      let constant = editor.addConstant("moved", values)
      if isPadding { editor.edit(constant) { $0.shape = [Int32(values.count / 2), 2] } }
      entry.inputs?[position] = constant
    case .axis(let axis):
      entry.builtinOptions?[Concatenation.axis] = Int32(axis)
    case .constant(let position, let shape):
      guard let old = entry.inputs?[position] else { return }
      entry.inputs?[position] = editor.addView(of: old, shape)
    }
    editor.replace(index, with: entry)
  }
}

extension GraphEditor {
  /// Returns a tensor with the data of a constant and another shape of as many elements.
  mutating func addView(of constant: Int32, _ shape: [Int]) -> Int32 {
    let copy = addTensor(like: constant, shape)
    let buffer = tensor(constant).buffer
    edit(copy) { $0.buffer = buffer }
    return copy
  }
}
