import TFLite

/// Makes chains of RESHAPE and TRANSPOSE of more than four axes of ones of four: runs of axes that stay
/// together are one, and what is left is exchanged two runs at a time.
struct FlatLayouts: TargetRule {
  static let name = "ranks"
  static let summary = "RESHAPE and TRANSPOSE of more than four axes into ones of four"
  static let kinds: Set<BuiltinOperator> = [.reshape, .transpose]

  static let mostAxes = 4

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    guard let result = editor.operators[index].outputs?.first else { return false }
    // The chain ends where its result has few axes.
    var last = result
    while (editor.dimensions(last)?.count ?? 0) > Self.mostAxes {
      guard editor.hasOneReader(last), let use = editor.uses(of: last).first,
        let link = LayoutLink(use.operation, editor), link.source == last
      else { return false }
      last = link.result
    }
    guard var chain = LayoutLink.chain(to: last, editor) else { return false }
    while let first = chain.first, (editor.dimensions(first.source)?.count ?? 0) > Self.mostAxes {
      chain.removeFirst()
    }
    guard let first = chain.first, let place = chain.last?.index,
      let order = try editor.axisOrder(along: chain.map(\.index), from: first.source)
    else { return false }
    guard
      chain.contains(where: { (editor.dimensions($0.source)?.count ?? 0) > Self.mostAxes })
    else { return false }
    let moves = order.moves
    let isFlat = moves.allSatisfy { $0.sizes.count <= Self.mostAxes }
    return LayoutChains.write(
      isFlat ? moves : order.exchanges, from: first.source, place, &editor)
  }
}
