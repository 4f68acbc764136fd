/// Joined sets of indices (union–find).
struct TensorGroups {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  /// The representative of the set: its least member.
  mutating func find(_ index: Int) -> Int {
    var root = index
    while parents[root] != root { root = parents[root] }
    var place = index
    while parents[place] != root { (parents[place], place) = (root, parents[place]) }
    return root
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (find(a), find(b))
    parents[max(first, second)] = min(first, second)
  }
}
