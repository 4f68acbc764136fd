/// The place of an operator in a model.
package struct OperatorPlace: Hashable, Comparable, Sendable {
  package let subgraph: Int
  package let index: Int

  package init(subgraph: Int, index: Int) {
    self.subgraph = subgraph
    self.index = index
  }

  package static func < (a: Self, b: Self) -> Bool { (a.subgraph, a.index) < (b.subgraph, b.index) }
}
