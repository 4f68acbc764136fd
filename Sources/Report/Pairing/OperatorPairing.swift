/// Finds the operators that two files of the same network share: first those whose results have the
/// same name, then, between these, those of the same kind in the same order.
struct OperatorPairing {
  /// The position in the graph after, by that in the graph before.
  private(set) var partner: [Int: Int] = [:]
  private let before: [PairedGraph.Node]
  private let after: [PairedGraph.Node]

  /// Above this number of comparisons a stretch is paired in order alone. A stretch between two
  /// operators with a name is short; only a file without names has a long one.
  private static let mostComparisons = 4_000_000

  init(_ before: PairedGraph, _ after: PairedGraph) {
    self.before = before.nodes
    self.after = after.nodes
    pairByName()
    pairBetween()
  }

  private func uniqueNames(_ nodes: [PairedGraph.Node]) -> [String: Int] {
    var places: [String: Int] = [:]
    var repeated: Set<String> = []
    for (index, node) in nodes.enumerated() {
      for name in node.names where places.updateValue(index, forKey: name) != nil {
        repeated.insert(name)
      }
    }
    return places.filter { !repeated.contains($0.key) }
  }

  private mutating func pairByName() {
    let known = uniqueNames(after)
    var taken: Set<Int> = []
    for (name, first) in uniqueNames(before).sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) })
    {
      guard let second = known[name], before[first].kind == after[second].kind,
        partner[first] == nil, taken.insert(second).inserted
      else { continue }
      partner[first] = second
    }
  }

  /// Pairs what stands between operators that are paired and in the same order in both files.
  private mutating func pairBetween() {
    let taken = Set(partner.values)
    var start = (0, 0)
    for anchor in risingPairs() + [(before.count, after.count)] {
      let first = (start.0..<anchor.0).filter { partner[$0] == nil }
      let second = (start.1..<anchor.1).filter { !taken.contains($0) }
      pair(first, second)
      start = (anchor.0 + 1, anchor.1 + 1)
    }
  }

  /// Returns the longest chain of pairs that rises in both files.
  private func risingPairs() -> [(Int, Int)] {
    let pairs = partner.sorted { $0.key < $1.key }
    // `ends[n]` is the pair with the least end of all chains of n + 1 pairs.
    var ends: [Int] = []
    var previous = [Int?](repeating: nil, count: pairs.count)
    for (index, pair) in pairs.enumerated() {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if pairs[ends[middle]].value < pair.value { low = middle + 1 } else { high = middle }
      }
      previous[index] = low > 0 ? ends[low - 1] : nil
      if low == ends.count { ends.append(index) } else { ends[low] = index }
    }
    var chain: [(Int, Int)] = []
    var next = ends.last
    while let index = next {
      chain.append((pairs[index].key, pairs[index].value))
      next = previous[index]
    }
    return chain.reversed()
  }

  /// Pairs two stretches so that order is kept and likeness is greatest.
  private mutating func pair(_ first: [Int], _ second: [Int]) {
    guard !first.isEmpty, !second.isEmpty else { return }
    guard first.count * second.count <= Self.mostComparisons else {
      return pairInOrder(first, second)
    }
    let width = second.count + 1
    var best = [Int](repeating: 0, count: (first.count + 1) * width)
    for a in first.indices.reversed() {
      for b in second.indices.reversed() {
        let cell = a * width + b
        let skipped = max(best[cell + 1], best[cell + width])
        let paired = likeness(first[a], second[b]).map { $0 + best[cell + width + 1] }
        best[cell] = max(skipped, paired ?? 0)
      }
    }
    var (a, b) = (0, 0)
    while a < first.count, b < second.count {
      let cell = a * width + b
      if let value = likeness(first[a], second[b]), best[cell] == value + best[cell + width + 1] {
        partner[first[a]] = second[b]
        (a, b) = (a + 1, b + 1)
      } else if best[cell] == best[cell + width] {
        a += 1
      } else {
        b += 1
      }
    }
  }

  private mutating func pairInOrder(_ first: [Int], _ second: [Int]) {
    var next = 0
    for a in first {
      guard let b = second[next...].firstIndex(where: { likeness(a, $0) != nil }) else { continue }
      partner[a] = second[b]
      next = b + 1
    }
  }

  /// Nil for operators of different kinds. Names say most, then weights, then results.
  private func likeness(_ first: Int, _ second: Int) -> Int? {
    let (a, b) = (before[first], after[second])
    guard a.kind == b.kind else { return nil }
    return 1 + (a.parts.isDisjoint(with: b.parts) ? 0 : 8)
      + (a.constantShapes.first == b.constantShapes.first ? 4 : 0)
      + (a.resultShape == b.resultShape ? 2 : 0)
  }
}
