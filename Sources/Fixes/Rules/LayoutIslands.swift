import Optimizer
import TFLite

/// Removes layout changes around operators that can work in the other layout: functions of elements, sums
/// and products, SLICE, CONCATENATION and PAD. What comes in through a TRANSPOSE or RESHAPE
/// and leaves through the inverse is computed without both: leftovers of models whose channels came
/// first. Never adds a layout change.
struct LayoutIslands: FixRule {
  static let name = "transposes"
  static let summary = "TRANSPOSE and RESHAPE around operators that can work in either layout"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    guard let (chain, map) = try exit(at: index, editor), let start = chain.first?.source,
      let island = try IslandSearch(map).grow(from: start, editor)
    else { return false }
    island.move(&editor)
    return true
  }

  /// Returns the chain of layout operators that ends at `index`, with what it does to the axes.
  private func exit(
    at index: Int, _ editor: GraphEditor
  ) throws -> (chain: [LayoutLink], map: LayoutMap)? {
    guard let result = editor.operators[index].outputs?.first,
      let chain = LayoutLink.chain(to: result, editor), let first = chain.first,
      let map = try LayoutLink.map(of: chain, editor),
      let maker = editor.producer(of: first.source),
      !BuiltinOperator.layouts.contains(editor.kind(of: maker.entry))
    else { return nil }
    return (chain, map)
  }
}
