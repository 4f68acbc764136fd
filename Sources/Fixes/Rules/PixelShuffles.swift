import Optimizer
import TFLite

/// Makes DEPTH_TO_SPACE, or SPACE_TO_DEPTH, of a RESHAPE, a TRANSPOSE and a RESHAPE that do the same, as
/// exports of sub-pixel convolutions have them.
struct PixelShuffles: FixRule {
  static let name = "shuffles"
  static let summary = "RESHAPE, TRANSPOSE and RESHAPE that are DEPTH_TO_SPACE or SPACE_TO_DEPTH"

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
    guard let found = shuffle(before, after, order) else { return false }
    let shuffled = editor.addTensor(like: result, found.made)
    let key = found.kind == .depthToSpace ? DepthToSpace.blockSize : SpaceToDepth.blockSize
    var shuffle = editor.operation(found.kind, [source], [shuffled], tag: key.tag)
    shuffle.builtinOptions?[key] = Int32(found.block)
    guard found.made != after else {
      shuffle.outputs = [result]
      editor.replace(index, with: shuffle)
      return true
    }
    let reshape = editor.reshape(shuffled, result, after)
    editor.replace(index, with: [shuffle, reshape])
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

  private struct Shuffle {
    let kind: BuiltinOperator
    let block: Int
    let made: [Int]
  }

  /// Returns the operator that puts elements in the same order.
  private func shuffle(_ before: [Int], _ after: [Int], _ order: AxisOrder) -> Shuffle? {
    let (height, width, depth) = (before[1], before[2], before[3])
    for block in 2...8 {
      if depth % (block * block) == 0 {
        let inner = depth / (block * block)
        let split = [before[0], height, width, block, block, inner]
        if isSame(before, after, order, split, [0, 1, 3, 2, 4, 5]) {
          return Shuffle(
            kind: .depthToSpace, block: block,
            made: [before[0], height * block, width * block, inner])
        }
      }
      guard height % block == 0, width % block == 0 else { continue }
      let split = [before[0], height / block, block, width / block, block, depth]
      if isSame(before, after, order, split, [0, 1, 3, 2, 4, 5]) {
        return Shuffle(
          kind: .spaceToDepth, block: block,
          made: [before[0], height / block, width / block, depth * block * block])
      }
    }
    return nil
  }

  private func isSame(
    _ before: [Int], _ after: [Int], _ order: AxisOrder, _ split: [Int], _ axes: [Int]
  ) -> Bool {
    var wanted = AxisOrder(before)
    return wanted.reshape(split) && wanted.transpose(axes) && wanted.reshape(after)
      && wanted.moves == order.moves
  }
}
