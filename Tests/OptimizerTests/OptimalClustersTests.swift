import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Judged by enumeration of every partition, and by scikit-learn's best of 20 starts on real weights
/// (`Tools/record-cluster-vectors.py`).
@Suite struct OptimalClustersTests {
  /// A small case: ascending values and their weights.
  struct Case {
    var values: [Double]
    var weights: [Double]
    var points: WeightedPoints { WeightedPoints(values: values, weights: weights) }

    init(_ state: inout UInt64, count: Int) {
      func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 40) / Double(1 << 24)
      }
      // Some values are equal in size, some far out, some zero.
      var distinct: Set<Double> = []
      while distinct.count < count {
        let kind = next()
        let value = kind < 0.1 ? 0 : kind < 0.2 ? (next() - 0.5) * 1000 : (next() - 0.5) * 4
        distinct.insert(Double(Float(value)))
      }
      values = distinct.sorted()
      weights = values.map { _ in 1 + (next() * 5).rounded(.down) }
    }

    func cost(_ range: Range<Int>, zero: Bool = false) -> Double {
      let weight = range.reduce(0) { $0 + weights[$1] }
      let centre = zero ? 0 : range.reduce(0) { $0 + weights[$1] * values[$1] } / weight
      return range.reduce(0) {
        $0 + weights[$1] * (values[$1] - centre) * (values[$1] - centre)
      }
    }

    /// The least error of the points from `start` on in at most `clusters` runs, one of which is at
    /// zero if `zero`.
    func least(from start: Int, _ clusters: Int, zero: Bool) -> Double {
      guard start < values.count else { return 0 }
      guard clusters > 0 else { return .infinity }
      var best = Double.infinity
      for end in start + 1...values.count {
        if !zero || clusters > 1 {
          best = min(best, cost(start..<end) + least(from: end, clusters - 1, zero: zero))
        }
        if zero {
          best = min(
            best, cost(start..<end, zero: true) + least(from: end, clusters - 1, zero: false))
        }
      }
      return best
    }
  }

  @Test func equalsTheBestOfAllPartitions() {
    var state: UInt64 = 7
    for round in 0..<3000 {
      let test = Case(&state, count: 1 + round % 9)
      let clusters = 1 + round / 9 % 5
      let found = OptimalClusters.centroids(of: test.points, clusters, hasZero: false)
      let best = test.least(from: 0, clusters, zero: false)
      #expect(abs(found.error - best) <= 1e-9 * max(best, test.points.energy * 1e-3))
      #expect(found.centroids.count <= clusters)
      #expect(found.centroids == found.centroids.sorted())
    }
  }

  @Test func withAZeroEqualsTheBestOfAllPartitions() {
    var state: UInt64 = 11
    for round in 0..<3000 {
      let test = Case(&state, count: 1 + round % 8)
      let clusters = 2 + round / 8 % 4
      let found = OptimalClusters.centroids(of: test.points, clusters, hasZero: true)
      // The zero may have no points of its own.
      let best = min(
        test.least(from: 0, clusters, zero: true), test.least(from: 0, clusters - 1, zero: false))
      #expect(abs(found.error - best) <= 1e-9 * max(best, test.points.energy * 1e-3))
      #expect(found.centroids.contains(0))
      #expect(found.centroids.count <= clusters)
    }
  }

  @Test func errorOfTheCodebookIsWhatItsAssignmentGives() {
    var state: UInt64 = 5
    for _ in 0..<300 {
      let test = Case(&state, count: 40)
      let found = OptimalClusters.centroids(of: test.points, 6, hasZero: false)
      let codebook = Codebook(levels: found.centroids, for: test.points, error: found.error)
      var error = 0.0
      for (value, weight) in zip(test.values, test.weights) {
        let nearest = codebook.levels.map { abs(Double($0) - value) }.min() ?? 0
        error += weight * nearest * nearest
      }
      #expect(abs(codebook.error - error) <= 1e-6 * max(error, 1e-12))
    }
  }

  @Test func integersEqualTheBestOfAllChoices() {
    var state: UInt64 = 3
    for round in 0..<12 {
      var test = Case(&state, count: 12)
      let most = test.values.map(abs).max() ?? 1
      test.values = test.values.map { $0 / most * 127 }
      let clusters = 2 + round % 3
      let hasZero = round % 2 == 1 && clusters > 2
      let found = IntegerCodebook.levels(for: test.points, clusters, hasZero: hasZero)
      var best = Double.infinity
      let inner = clusters > 2 ? Array(-126...126) : [-127]
      for first in inner {
        for second in clusters > 3 ? Array(first...126) : [first] {
          if hasZero, first != 0, second != 0 { continue }
          let levels = [-127, first, second, 127].map(Double.init)
          var error = 0.0
          for (value, weight) in zip(test.values, test.weights) {
            let distance = levels.map { abs($0 - value) }.min() ?? 0
            error += weight * distance * distance
          }
          best = min(best, error)
        }
      }
      #expect(abs(found.error - best) <= 1e-9 * max(best, 1))
      #expect(found.levels.first == -127 && found.levels.last == 127)
      #expect(!hasZero || found.levels.contains(0))
    }
  }

  @Test func rateAwareCodebooksCostFewerBitsWithinTheirError() {
    let values = weights(20_000, seed: 9).map(Double.init).sorted()
    let points = WeightedPoints(values: values, weights: values.map { _ in 1 })
    let solved = OptimalClusters.centroids(of: points, 16, hasZero: false)
    let start = Codebook(levels: solved.centroids, for: points, error: solved.error)
    let found = RateAwareCodebook(points: points, isInteger: false, hasZero: false)
      .codebook(from: start)
    #expect(found.bits < start.bits - 0.1)
    #expect(found.error <= 2 * start.error)
    #expect(found.levels.count <= 16)
  }

  @Test func neverWorseThanTheBestOfManyStarts() throws {
    let values = try Fixtures.vector("clusters.f32").elements(Float.self)
    let lines = String(decoding: try Fixtures.vector("clusters.txt"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count >= 10)
    var start = 0
    var tensor = 0
    var length = 0
    for line in lines {
      let fields = line.split(separator: " ")
      let number = try #require(Int(fields[0]))
      if number != tensor { (tensor, start) = (number, start + length) }
      length = try #require(Int(fields[1]))
      let part = values[start..<start + length].sorted().map(Double.init)
      let points = WeightedPoints(values: part, weights: part.map { _ in 1 })
      let clusters = try #require(Int(fields[2]))
      let found = OptimalClusters.centroids(of: points, clusters, hasZero: false)
      let codebook = Codebook(levels: found.centroids, for: points, error: found.error)
      // Levels are float32, the reference's centroids are not.
      #expect(codebook.error <= (try #require(Double(fields[3]))) * (1 + 1e-6))
    }
  }

  @Test func binsAreNearTheOptimum() throws {
    let values = weights(200_000, seed: 21)
    let data = TensorData.bytes([UInt8](of: values))
    let stream = ValueStream(
      reader: DataReader(data, file: UnsafeRawBufferPointer(start: nil, count: 0)),
      layout: .perTensor, factors: nil, importance: nil)
    let points = try ValuePoints.points(of: stream)
    #expect(points.count <= 1 << 16 && points.within > 0)
    let solved = OptimalClusters.centroids(of: points, 16, hasZero: false)
    let codebook = Codebook(levels: solved.centroids, for: points, error: solved.error)
    let sorted = values.sorted().map(Double.init)
    let exact = OptimalClusters.centroids(
      of: WeightedPoints(values: sorted, weights: sorted.map { _ in 1 }), 16, hasZero: false)
    #expect(codebook.error <= exact.error * (1 + 1e-4))
    #expect(codebook.leastError <= exact.error * (1 + 1e-9))
  }
}
