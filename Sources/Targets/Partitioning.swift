import TFLite

/// Groups the operators of a subgraph into the parts that a delegate gets.
///
/// As the runtime does it (graph_partition of LiteRT): all operators of one kind, taken or not, that
/// are ready run before the kind changes, so parts are as large as dependencies allow.
enum Partitioning {
  /// Returns the positions of each part. `sources` are, for each operator, those whose results it
  /// reads.
  static func parts(_ isTaken: [Bool], sources: [[Int]]) -> [[Int]] {
    var readers = [[Int]](repeating: [], count: isTaken.count)
    // Sources that have not run yet; one behind the operator itself is never waited for.
    var missing = [Int](repeating: 0, count: isTaken.count)
    for (position, list) in sources.enumerated() {
      for source in list where source < position {
        readers[source].append(position)
        missing[position] += 1
      }
    }
    var ready: (taken: [Int], others: [Int]) = ([], [])
    func isReady(_ position: Int) -> Bool { missing[position] == 0 }
    for position in isTaken.indices where isReady(position) {
      if isTaken[position] { ready.taken.append(position) } else { ready.others.append(position) }
    }
    var parts: [[Int]] = []
    var side = isTaken.indices.first(where: isReady).map { isTaken[$0] } ?? true
    while !ready.taken.isEmpty || !ready.others.isEmpty {
      var part: [Int] = []
      while let position = side ? ready.taken.popLast() : ready.others.popLast() {
        part.append(position)
        for reader in readers[position] {
          missing[reader] -= 1
          guard isReady(reader) else { continue }
          if isTaken[reader] { ready.taken.append(reader) } else { ready.others.append(reader) }
        }
      }
      if side { parts.append(part.sorted()) }
      side.toggle()
    }
    return parts
  }
}
