import TestSupport
import Testing

@testable import Optimizer

/// Sets of joined things, judged by following every pair that was joined.
@Suite struct TensorGroupsTests {
  @Test(arguments: 1...5) func `Joined things have one representative, the least`(seed: Int) {
    let count = 40
    let values = unitValues(50, seed: UInt64(seed)).map { Int($0 * Float(count)) % count }
    let pairs = zip(values.prefix(25), values.suffix(25)).map { ($0, $1) }
    var groups = TensorGroups(count: count)
    for (a, b) in pairs { groups.join(a, b) }
    for index in 0..<count {
      var reached: Set = [index]
      while true {
        let next = pairs.reduce(into: reached) { all, pair in
          if all.contains(pair.0) || all.contains(pair.1) { all.formUnion([pair.0, pair.1]) }
        }
        if next == reached { break }
        reached = next
      }
      #expect(groups.find(index) == reached.min())
    }
  }
}
