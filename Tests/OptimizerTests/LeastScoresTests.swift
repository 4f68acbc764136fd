import Platform
import Testing

@testable import Optimizer

/// Sorting judges.
@Suite struct LeastScoresTests {
  /// Of few different values, so that many are equal.
  private let scores: [Float] = {
    var random = SeededRandom(seed: 11)
    return (0..<300).map { _ in Float(random.below(40)) * 0.125 }
  }()

  /// Of equal scores the first go.
  private func dropped(_ count: Int) -> Set<Int> {
    Set(scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }.prefix(count))
  }

  @Test(arguments: [0, 1, 7, 150, 299, 300]) func `The least go`(count: Int) {
    var keep = [UInt8](repeating: 2, count: scores.count)
    scores.withUnsafeBufferPointer { LeastScores.drop(count, of: $0, &keep) }
    #expect(Set(keep.indices.filter { keep[$0] == 0 }) == dropped(count))
    #expect(keep.allSatisfy { $0 <= 1 })
  }

  @Test(arguments: [1, 100, 299]) func `A cut goes over several parts`(count: Int) {
    var keep = [UInt8](repeating: 2, count: scores.count)
    scores.withUnsafeBufferPointer { all in
      let parts = [0..<90, 90..<91, 91..<300].map { UnsafeBufferPointer(rebasing: all[$0]) }
      var cut = LeastScores.cut(count, of: parts)
      keep.withUnsafeMutableBufferPointer { keep in
        var first = 0
        for part in parts {
          if let base = keep.baseAddress { LeastScores.drop(part, &cut, base + first) }
          first += part.count
        }
      }
    }
    #expect(Set(keep.indices.filter { keep[$0] == 0 }) == dropped(count))
  }
}
