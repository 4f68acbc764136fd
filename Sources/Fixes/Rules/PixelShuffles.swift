import Optimizer
import TFLite

/// Makes DEPTH_TO_SPACE of a RESHAPE, a TRANSPOSE and a RESHAPE that do the same, as exports of
/// sub-pixel convolutions have them.
struct PixelShuffles: FixRule {
  static let name = "shuffles"
  static let summary = "RESHAPE, TRANSPOSE and RESHAPE that are DEPTH_TO_SPACE"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    guard let result = editor.operators[index].outputs?.first, editor.isFloat(result),
      let chain = LayoutLink.chain(to: result, editor), chain.count >= 3,
      let source = chain.first?.source, let before = editor.staticShape(source), before.count == 4,
      let after = editor.staticShape(result)
    else { return false }
    var order = AxisOrder(before)
    for link in chain {
      guard try follow(link, &order, editor) else { return false }
    }
    guard let block = block(before, after, order) else { return false }
    let made = [before[0], before[1] * block, before[2] * block, before[3] / (block * block)]
    let shuffled = editor.addTensor(like: result, made)
    var shuffle = editor.operation(
      .depthToSpace, [source], [shuffled], tag: DepthToSpace.blockSize.tag)
    shuffle.builtinOptions?[DepthToSpace.blockSize] = Int32(block)
    guard made != after else {
      shuffle.outputs = [result]
      editor.replace(index, with: shuffle)
      return true
    }
    let reshape = editor.reshape(shuffled, result, after)
    editor.replace(index, with: reshape)
    editor.insert(shuffle, before: index)
    return true
  }

  private func follow(
    _ link: LayoutLink, _ order: inout AxisOrder, _ editor: GraphEditor
  ) throws -> Bool {
    let entry = editor.operators[link.index]
    if editor.kind(of: entry) == .transpose {
      guard let inputs = entry.inputs, inputs.count > 1, let axes = try editor.integers(inputs[1])
      else { return false }
      return order.transpose(axes)
    }
    return editor.staticShape(link.result).map { order.reshape($0) } ?? false
  }

  /// Returns the block size for which DEPTH_TO_SPACE puts elements in the same order.
  private func block(_ before: [Int], _ after: [Int], _ order: AxisOrder) -> Int? {
    for block in 2...8 where before[3] % (block * block) == 0 {
      let depth = before[3] / (block * block)
      var wanted = AxisOrder(before)
      let split = [before[0], before[1], before[2], block, block, depth]
      guard wanted.reshape(split), wanted.transpose([0, 1, 3, 2, 4, 5]), wanted.reshape(after),
        wanted.moves == order.moves
      else { continue }
      return block
    }
    return nil
  }
}
