import Optimizer
import TFLite

/// A RESHAPE, TRANSPOSE, SQUEEZE or EXPAND_DIMS.
struct LayoutLink {
  let index: Int
  let source: Int32
  let result: Int32

  init?(_ index: Int, _ editor: GraphEditor) {
    let entry = editor.operators[index]
    guard BuiltinOperator.layouts.contains(editor.kind(of: entry)), entry.outputs?.count == 1,
      let source = entry.inputs?.first, source >= 0, let result = entry.outputs?.first,
      editor.haveSameEncoding(source, result), !editor.isConstant(source),
      (editor.tensor(result).quantization?.scale?.count ?? 0) <= 1
    else { return nil }
    (self.index, self.source, self.result) = (index, source, result)
  }

  /// Returns the links up to a tensor, the first one first; between them only they read.
  static func chain(to tensor: Int32, _ editor: GraphEditor) -> [LayoutLink]? {
    guard let maker = editor.producer(of: tensor), let last = LayoutLink(maker.index, editor) else {
      return nil
    }
    var chain = [last]
    while let first = chain.first, editor.hasOneReader(first.source),
      let before = editor.producer(of: first.source), chain.count < 8,
      let link = LayoutLink(before.index, editor)
    {
      chain.insert(link, at: 0)
    }
    return chain
  }

  /// Returns where the axes before the chain are behind it; nil if it divides or joins axes.
  static func map(of chain: [LayoutLink], _ editor: GraphEditor) throws -> LayoutMap? {
    guard let first = chain.first, let shape = editor.dimensions(first.source),
      let order = try editor.axisOrder(along: chain.map(\.index), from: first.source)
    else { return nil }
    return order.places.map { LayoutMap(places: $0, innerRank: shape.count) }
  }
}

extension GraphEditor {
  /// Returns where the elements of a tensor are behind layout operators, the first one first; nil for
  /// unknown shapes and for what cuts through factors.
  func axisOrder(along chain: [Int], from source: Int32) throws -> AxisOrder? {
    guard let shape = dimensions(source) else { return nil }
    var order = AxisOrder(shape)
    for index in chain {
      let entry = operators[index]
      guard let result = entry.outputs?.first, let sizes = dimensions(result) else { return nil }
      if kind(of: entry) == .transpose {
        guard let inputs = entry.inputs, inputs.count > 1, let axes = try integers(inputs[1]),
          order.transpose(axes)
        else { return nil }
      } else if !order.reshape(sizes) {
        return nil
      }
    }
    return order
  }
}
