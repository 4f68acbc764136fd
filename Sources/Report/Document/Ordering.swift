extension Sequence<String> {
  /// Returns each text with its count, the most frequent first, then by text.
  func frequencies() -> [(text: String, count: Int)] {
    reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}

extension Sequence {
  /// Returns groups of elements with the same key, in the order of their first elements.
  func inGroups(by key: (Element) -> String) -> [(key: String, members: [Element])] {
    var places: [String: Int] = [:]
    var groups: [(key: String, members: [Element])] = []
    for element in self {
      let key = key(element)
      if let place = places[key] {
        groups[place].members.append(element)
      } else {
        places[key] = groups.count
        groups.append((key, [element]))
      }
    }
    return groups
  }

  /// Returns the elements with the greatest value first; equal ones keep their order.
  func greatestFirst(by value: (Element) -> some Comparable) -> [Element] {
    enumerated().map { (value: value($0.element), offset: $0.offset, element: $0.element) }
      .sorted { ($1.value, $0.offset) < ($0.value, $1.offset) }.map(\.element)
  }
}
