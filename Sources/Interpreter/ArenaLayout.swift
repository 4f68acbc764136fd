import OpSet
import TFLite

/// The values and scratch of a subgraph that use the arena, how long each is needed, and the blocks
/// that several share.
struct ArenaLayout {
  private(set) var blocks: [ArenaPlan.Block] = []
  /// The block of each value, by tensor index; nil for values that live elsewhere.
  private var block: [Int?]
  /// Values that share the bytes of a value outside the arena.
  private var borrowed: [(value: Value, source: Value)] = []
  private var scratch: [(memory: Scratch, block: Int)] = []
  private let lastUse: [Int]
  /// If false, every value has memory of its own for the whole run; tests compare with that.
  private let sharesMemory: Bool
  private var isPinned: Set<Int> = []

  init(valueCount: Int, lastUse: [Int], sharesMemory: Bool) {
    block = Array(repeating: nil, count: valueCount)
    self.lastUse = lastUse
    self.sharesMemory = sharesMemory
  }

  /// Adds an input. It keeps its memory for the whole run, so that a model can run again on the
  /// same inputs.
  mutating func add(input value: Value) {
    isPinned.insert(blocks.count)
    block[value.id.index] = blocks.count
    blocks.append(.init(bytes: value.byteCount, first: -1, last: Int.max))
  }

  mutating func add(_ node: Node, at position: Int) {
    for (index, output) in node.outputs.enumerated() {
      guard let output, output.type != .string, !output.tensor.isVariable else { continue }
      if let source = alias(of: index, node) {
        share(output, source)
      } else if let source = victim(of: index, node, position) {
        block[output.id.index] = source
        blocks[source].last = max(blocks[source].last, lastUse[output.id.index])
      } else {
        block[output.id.index] = blocks.count
        add(output.byteCount, from: position, to: max(position, lastUse[output.id.index]))
      }
    }
    for memory in node.preparation.scratch {
      scratch.append((memory, blocks.count))
      let isKept = memory.isKept && !sharesMemory
      blocks.append(
        .init(
          bytes: memory.byteCount, first: isKept ? -1 : position, last: isKept ? .max : position))
    }
  }

  private mutating func add(_ bytes: Int, from first: Int, to last: Int) {
    blocks.append(
      .init(bytes: bytes, first: sharesMemory ? first : -1, last: sharesMemory ? last : Int.max))
  }

  private func alias(of output: Int, _ node: Node) -> Value? {
    guard let pair = node.preparation.aliases.first(where: { $0.output == output }) else {
      return nil
    }
    return node.inputs[pair.input]
  }

  private mutating func share(_ output: Value, _ source: Value) {
    guard let home = block[source.id.index] else {
      borrowed.append((output, source))
      return
    }
    block[output.id.index] = home
    blocks[home].last = max(blocks[home].last, lastUse[output.id.index])
  }

  /// Returns the block of an input that no operator needs after this one.
  private func victim(of output: Int, _ node: Node, _ position: Int) -> Int? {
    for pair in node.preparation.overwritable where pair.output == output {
      guard let source = node.inputs[pair.input], let target = node.outputs[output],
        let home = block[source.id.index], !isPinned.contains(home),
        blocks[home].last <= position, target.byteCount <= blocks[home].bytes,
        node.inputs.filter({ $0 === source }).count == 1
      else { continue }
      return home
    }
    return nil
  }

  func bind(_ values: [Value], _ arena: UnsafeMutableRawPointer, _ plan: ArenaPlan) {
    for (index, home) in block.enumerated() {
      if let home { values[index].base = arena + plan.offsets[home] }
    }
    for pair in borrowed { pair.value.base = pair.source.base }
    for pair in scratch { pair.memory.base = arena + plan.offsets[pair.block] }
  }
}
