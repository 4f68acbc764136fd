import Platform
import Testing

@testable import Optimizer

/// All divisions of small networks judge.
@Suite struct MinimumCutTests {
  private typealias Edge = (from: Int, to: Int, capacity: Double)

  private func cost(_ edges: [Edge], _ isSource: (Int) -> Bool) -> Double {
    edges.reduce(0) { $0 + (isSource($1.from) && !isSource($1.to) ? $1.capacity : 0) }
  }

  @Test(arguments: 1...40) func `No division costs less`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    var cut = MinimumCut()
    let nodes = [MinimumCut.source, MinimumCut.sink] + (0..<9).map { _ in cut.addNode() }
    var edges: [Edge] = []
    for from in nodes {
      for to in nodes where from != to && random.unit() < 0.35 {
        // Edges without limit must not be cut; none leads past all others.
        let isEndless =
          from != MinimumCut.source && to != MinimumCut.sink && random.unit() < 0.15
        let capacity = isEndless ? .infinity : (random.unit() * 8).rounded()
        edges.append((from, to, capacity))
        cut.addEdge(from, to, capacity: capacity)
      }
    }
    let side = cut.sourceSide()
    #expect(side[MinimumCut.source] && !side[MinimumCut.sink])
    let least = (0..<1 << 9).map { mask in
      cost(edges) { $0 == MinimumCut.source || $0 > 1 && mask >> ($0 - 2) & 1 == 1 }
    }.min()
    #expect(cost(edges) { side[$0] } == least)
  }
}
