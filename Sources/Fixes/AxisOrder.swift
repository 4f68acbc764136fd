import Optimizer

/// The elements of a tensor after some reshaping and transposing: a permutation of the factors of its
/// shape.
struct AxisOrder: Equatable {
  /// Sizes of the factors, by number.
  fileprivate var sizes: [Int] = []
  /// The factors in the order of the origin.
  fileprivate var origin: [Int] = []
  /// For each axis of the present shape, its factors.
  fileprivate var axes: [[Int]] = []
  private let shape: [Int]

  /// The elements in their own order.
  init(_ shape: [Int]) {
    self.shape = shape
    for size in shape {
      guard size != 1 else {
        axes.append([])
        continue
      }
      axes.append([sizes.count])
      origin.append(sizes.count)
      sizes.append(size)
    }
  }

  /// Swaps axes. Returns whether `order` is a permutation of them.
  mutating func transpose(_ order: [Int]) -> Bool {
    guard order.sorted() == Array(axes.indices) else { return false }
    axes = order.map { axes[$0] }
    return true
  }

  /// Divides the elements into other axes. Returns false if that would cut through factors.
  mutating func reshape(_ target: [Int]) -> Bool {
    guard !target.contains(0), !sizes.contains(0) else { return false }
    var rest = axes.flatMap { $0 }[...]
    var divided: [[Int]] = []
    for size in target {
      var axis: [Int] = []
      var product = 1
      while product < size {
        guard let factor = rest.first else { return false }
        let wanted = size / product
        if sizes[factor] > wanted {
          guard size % product == 0, sizes[factor] % wanted == 0 else { return false }
          let tail = cut(factor, after: wanted)
          rest = [factor, tail] + rest.dropFirst()
        }
        axis.append(factor)
        product *= sizes[factor]
        rest = rest.dropFirst()
      }
      guard product == size else { return false }
      divided.append(axis)
    }
    guard rest.isEmpty else { return false }
    axes = divided
    return true
  }

  /// Divides a factor into one of `size` and the rest, which is returned.
  private mutating func cut(_ factor: Int, after size: Int) -> Int {
    let tail = sizes.count
    sizes.append(sizes[factor] / size)
    sizes[factor] = size
    if let place = origin.firstIndex(of: factor) { origin.insert(tail, at: place + 1) }
    for axis in axes.indices {
      guard let place = axes[axis].firstIndex(of: factor) else { continue }
      axes[axis].insert(tail, at: place + 1)
    }
    return tail
  }

  /// Whether the elements are in the order of the origin.
  var isInOrder: Bool { axes.flatMap { $0 } == origin }

  /// Operators that make the present shape of the origin.
  enum Move: Equatable {
    case reshape([Int])
    case transpose([Int], to: [Int])
  }

  /// Returns the least number of operators that have the same effect.
  var moves: [Move] {
    let target = axes.map { $0.reduce(1) { $0 * sizes[$1] } }
    if isInOrder { return target == shape ? [] : [.reshape(target)] }
    let runs = runs
    let merged = runs.origin.map { run in run.reduce(1) { $0 * sizes[$1] } }
    let order = runs.present.compactMap { runs.origin.firstIndex(of: $0) }
    let ways = [
      aroundOrigin(target), aroundTarget(target),
      (merged == shape ? [] : [.reshape(merged)]) + [
        .transpose(order, to: order.map { merged[$0] })
      ] + (order.map { merged[$0] } == target ? [] : [.reshape(target)]),
    ].compactMap(\.self)
    return ways.min { $0.count < $1.count } ?? []
  }

  /// Factors that stay neighbours, as runs in both orders.
  private var runs: (origin: [[Int]], present: [[Int]]) {
    let present = axes.flatMap { $0 }
    var next: [Int: Int] = [:]
    for (a, b) in zip(present, present.dropFirst()) { next[a] = b }
    var runs: [[Int]] = []
    for factor in origin {
      if let last = runs.last?.last, next[last] == factor {
        runs[runs.count - 1].append(factor)
      } else {
        runs.append([factor])
      }
    }
    let first = Dictionary(uniqueKeysWithValues: runs.map { ($0[0], $0) })
    return (runs, present.compactMap { first[$0] })
  }

  /// The transposition of the origin's axes, and a reshaping behind it if the target needs one.
  private func aroundOrigin(_ target: [Int]) -> [Move]? {
    guard let own = ownAxes, let order = Self.order(of: own, as: axes, target) else { return nil }
    let sizes = order.map { shape[$0] }
    return [.transpose(order, to: sizes)] + (sizes == target ? [] : [.reshape(target)])
  }

  /// A reshaping of the origin, and the transposition that makes the target of it.
  private func aroundTarget(_ target: [Int]) -> [Move]? {
    // The axes of the target in the order of the origin; those of size 1 stay where they are.
    var places = axes.indices.filter { !axes[$0].isEmpty }
    let ranks = Dictionary(uniqueKeysWithValues: origin.enumerated().map { ($1, $0) })
    let slots = places
    places.sort { (ranks[axes[$0][0]] ?? 0) < (ranks[axes[$1][0]] ?? 0) }
    guard places.flatMap({ axes[$0] }) == origin else { return nil }
    var before = Array(axes.indices)
    for (slot, place) in zip(slots, places) { before[slot] = place }
    let sizes = before.map { target[$0] }
    let order = axes.indices.compactMap { before.firstIndex(of: $0) }
    return (sizes == shape ? [] : [.reshape(sizes)]) + [.transpose(order, to: target)]
  }

  /// The factors of each axis of the origin.
  fileprivate var ownAxes: [[Int]]? {
    var rest = origin[...]
    var found: [[Int]] = []
    for size in shape {
      var axis: [Int] = []
      var product = 1
      while product < size, let factor = rest.popFirst() {
        axis.append(factor)
        product *= sizes[factor]
      }
      guard product == size else { return nil }
      found.append(axis)
    }
    return found
  }

  /// Returns how to permute `own` so that the factors are in the order of `axes`. Axes of size 1 go
  /// where the target has some, as far as possible.
  private static func order(of own: [[Int]], as axes: [[Int]], _ target: [Int]) -> [Int]? {
    let wanted = axes.flatMap { $0 }
    var order: [Int] = []
    var rest = wanted[...]
    while !rest.isEmpty {
      guard let axis = own.firstIndex(where: { !$0.isEmpty && rest.starts(with: $0) }) else {
        return nil
      }
      order.append(axis)
      rest = rest.dropFirst(own[axis].count)
    }
    var ones = own.indices.filter { own[$0].isEmpty }[...]
    var placed: [Int] = []
    var next = order[...]
    for size in target {
      if size == 1, let one = ones.popFirst() {
        placed.append(one)
      } else if let axis = next.popFirst() {
        placed.append(axis)
      }
    }
    return placed + next + ones
  }
}

extension AxisOrder {
  /// For each present axis, the axis of the origin that it is; nil for sizes of 1. Nil as a whole if an
  /// axis was divided or joined with others.
  var places: [Int?]? {
    guard let own = ownAxes else { return nil }
    var found: [Int?] = []
    for axis in axes {
      guard !axis.isEmpty else {
        found.append(nil)
        continue
      }
      guard let place = own.firstIndex(of: axis) else { return nil }
      found.append(place)
    }
    return found
  }
}

extension AxisOrder {
  /// Operators of four axes at most that make the present shape: each exchanges two runs that are
  /// neighbours, until all are in their places.
  var exchanges: [Move] {
    let target = axes.map { size(of: $0) }
    let wanted = axes.flatMap { $0 }
    var now = origin
    var moves: [Move] = []
    var place = 0
    while place < wanted.count {
      guard now[place] != wanted[place], let from = now.firstIndex(of: wanted[place]) else {
        place += 1
        continue
      }
      var end = from
      while end < now.count, wanted[place + end - from] == now[end] { end += 1 }
      let runs = [now[..<place], now[place..<from], now[from..<end], now[end...]].map { Array($0) }
      let sizes = runs.map { size(of: $0) }
      moves += [
        .reshape(sizes), .transpose([0, 2, 1, 3], to: [sizes[0], sizes[2], sizes[1], sizes[3]]),
      ]
      now = runs[0] + runs[2] + runs[1] + runs[3]
    }
    return moves + [.reshape(target)]
  }

  private func size(of factors: [Int]) -> Int { factors.reduce(1) { $0 * sizes[$1] } }
}
