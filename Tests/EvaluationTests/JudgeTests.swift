import Platform
import Samples
import TFLite
import Testing

@testable import Evaluation

/// The definition of keeping what is better judges.
@Suite struct JudgeTests {
  @Test func `The least noise wins, and nothing is measured twice`() throws {
    var measured: [Int] = []
    var judge = Judge(5) { candidate in
      measured.append(candidate)
      return Double(candidate)
    }
    #expect(try !judge.offer(7))
    #expect(try judge.offer(4))
    #expect(try !judge.offer(4))
    #expect(try judge.offer(1))
    #expect(judge.incumbent == 1 && measured == [5, 7, 4, 4, 1])
  }

  @Test func `Wider ranges must be better on all samples and on the worst tenth`() {
    func noises(_ worst: Double, _ others: Double) -> CalibrationSummary.Unseen {
      .init([worst] + Array(repeating: others, count: 19))
    }
    // Means .0345, .0240 and .0335; of the worst two .255, .06 and .065.
    let narrow = noises(0.5, 0.01)
    #expect(noises(0.1, 0.02).isBelow(narrow, margin: 1.25))
    #expect(!noises(0.1, 0.03).isBelow(narrow, margin: 1.25))
    #expect(!noises(0.45, 0.002).isBelow(narrow, margin: 1.25))
  }

  @Test func `A margin is a factor that the candidate must make up for`() throws {
    var judge = Judge(6.0) { $0 }
    #expect(try !judge.offer(4.0, margin: 1.5))
    #expect(try judge.offer(3.9, margin: 1.5))
    #expect(try !judge.offer(.nan))
  }

  @Test func `A budget is spent by what fits`() {
    var budget = Budget(multiplications: 10)
    #expect(budget.count(of: 3) == 3 && budget.count(of: 3, most: 2) == 2)
    #expect(budget.take(6) && !budget.take(5) && budget.take(4) && !budget.take(1))
    #expect(Budget(multiplications: .infinity).count(of: 1) == .max)
  }
}

/// What was read, counted by the function that reads, judges.
@Suite struct SampleSourceTests {
  private static func array(_ index: Int) -> [DenseArray] {
    [DenseArray(.uint8, shape: [4], bytes: [UInt8](repeating: UInt8(index), count: 4))]
  }

  @Test func `Of many samples the first that were read are kept`() throws {
    let count = SampleSource.mostKept + 10
    let source = SampleSource(count: count) { [.floats([Float($0)], [1])] }
    for _ in 0..<2 { for index in 0..<count { _ = try source.sample(index) } }
    #expect(source.reads == count + 10)
  }

  @Test func `Samples are read once while they fit, and again when they do not`() throws {
    let reads = Mutex([Int](repeating: 0, count: 5))
    let source = SampleSource(count: 5, room: 12) { index in
      reads.withLock { $0[index] += 1 }
      return Self.array(index)
    }
    for _ in 0..<3 {
      for index in 0..<5 { #expect(try source.sample(index) == Self.array(index)) }
    }
    #expect(reads.withLock { $0 } == [1, 1, 1, 3, 3] && source.reads == 9)
  }

  @Test func `Order and digests follow from what samples hold, not from where they stand`() throws {
    let contents = [3, 1, 4, 1, 5, 9, 2, 6]
    let source = SampleSource(count: 8) { Self.array(contents[$0]) }
    let reversed = SampleSource(count: 8) { Self.array(contents[7 - $0]) }
    #expect(try source.digests(threads: 3) == reversed.digests().reversed())
    let order = try source.order(threads: 2).map { contents[$0] }
    #expect(try order == reversed.order().map { contents[7 - $0] })
    #expect(order.count == 7 && Set(order) == Set(contents))
    let mapped = source.mapping { arrays in
      arrays.map { DenseArray(.uint8, shape: [1], bytes: [$0.bytes[0]]) }
    }
    #expect(try mapped.sample(2)[0].bytes == [4] && mapped.reads == 1)
  }
}
