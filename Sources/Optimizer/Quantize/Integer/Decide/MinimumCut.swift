/// The cheapest way to divide the nodes of a network in two: the least capacity of edges that lead
/// from the source's side to the sink's (Dinic's algorithm).
struct MinimumCut {
  private struct Edge {
    let to: Int
    var capacity: Double
  }

  static let source = 0
  static let sink = 1

  /// Each edge is followed by the one back.
  private var edges: [Edge] = []
  private var edgesOf: [[Int]] = [[], []]

  /// Adds a node and returns its number.
  mutating func addNode() -> Int {
    edgesOf.append([])
    return edgesOf.count - 1
  }

  mutating func addEdge(_ from: Int, _ to: Int, capacity: Double) {
    edgesOf[from].append(edges.count)
    edges.append(Edge(to: to, capacity: capacity))
    edgesOf[to].append(edges.count)
    edges.append(Edge(to: from, capacity: 0))
  }

  /// Returns, by node, whether it is on the source's side; of several cheapest cuts the one with the
  /// fewest nodes there.
  mutating func sourceSide() -> [Bool] {
    while true {
      let levels = levels()
      guard levels[Self.sink] >= 0 else { return levels.map { $0 >= 0 } }
      var next = Array(repeating: 0, count: edgesOf.count)
      while augment(levels, &next) {}
    }
  }

  /// The distance of each node from the source along edges with capacity left; −1 beyond.
  private func levels() -> [Int] {
    var levels = Array(repeating: -1, count: edgesOf.count)
    levels[Self.source] = 0
    var queue = [Self.source]
    var first = 0
    while first < queue.count {
      let node = queue[first]
      first += 1
      for edge in edgesOf[node].map({ edges[$0] }) where edge.capacity > 0 && levels[edge.to] < 0 {
        levels[edge.to] = levels[node] + 1
        queue.append(edge.to)
      }
    }
    return levels
  }

  /// Sends as much as one shortest path takes; whether there was one. `next` is, by node, the first
  /// edge that may still lead on.
  private mutating func augment(_ levels: [Int], _ next: inout [Int]) -> Bool {
    var path: [Int] = []
    var node = Self.source
    while node != Self.sink {
      if let edge = advance(from: node, levels, &next) {
        path.append(edge)
        node = edges[edge].to
      } else if let last = path.popLast() {
        node = edges[last ^ 1].to
        next[node] += 1
      } else {
        return false
      }
    }
    let least = path.map { edges[$0].capacity }.min() ?? 0
    for edge in path {
      edges[edge].capacity -= least
      edges[edge ^ 1].capacity += least
    }
    return true
  }

  private func advance(from node: Int, _ levels: [Int], _ next: inout [Int]) -> Int? {
    while next[node] < edgesOf[node].count {
      let edge = edgesOf[node][next[node]]
      if edges[edge].capacity > 0, levels[edges[edge].to] == levels[node] + 1 { return edge }
      next[node] += 1
    }
    return nil
  }
}
