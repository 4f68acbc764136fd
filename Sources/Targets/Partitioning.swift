import TFLite

/// Groups the operators of a subgraph into the parts that a delegate gets.
///
/// As the runtime does it (graph_partition of LiteRT): all operators of one kind, taken or not, that
/// are ready run before the kind changes, so parts are as large as dependencies allow.
enum Partitioning {
  /// Returns the positions of each part. `sources` are, for each operator, those whose results it
  /// reads.
  static func parts(_ isTaken: [Bool], sources: [[Int]]) -> [[Int]] {
    var isDone = [Bool](repeating: false, count: isTaken.count)
    var parts: [[Int]] = []
    var rest = Array(isTaken.indices)
    func isReady(_ position: Int) -> Bool {
      sources[position].allSatisfy { isDone[$0] || $0 >= position }
    }
    while let first = rest.first(where: isReady) {
      let side = isTaken[first]
      var part: [Int] = []
      var hasGrown = true
      while hasGrown {
        hasGrown = false
        for position in rest
        where isTaken[position] == side && !isDone[position] && isReady(position) {
          isDone[position] = true
          part.append(position)
          hasGrown = true
        }
      }
      if side { parts.append(part.sorted()) }
      rest.removeAll { isDone[$0] }
    }
    return parts
  }
}
