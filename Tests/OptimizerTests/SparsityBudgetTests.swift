import Testing

@testable import Optimizer

/// Every way to share the zeros out judges.
@Suite struct SparsityBudgetTests {
  private let layers = [
    layer(12, least: 1, [(4, 0.1), (8, 0.4), (12, 3)]),
    layer(9, least: 0, [(3, 0.02), (9, 0.9)]),
    layer(6, least: 2, [(5, 0.6)]),
  ]

  private static func layer(
    _ elements: Int, least: Int, _ points: [(Int, Double)]
  ) -> SparsityBudget.Layer {
    var layer = SparsityBudget.Layer(elements: elements, least: least)
    for (zeros, noise) in points { layer.add(zeros: zeros, noise: noise) }
    return layer
  }

  private func noise(_ zeros: [Int]) -> Double {
    zip(layers, zeros).reduce(0) { $0 + $1.0.noise($1.1) }
  }

  /// Zeros that are there before cost nothing, and none can be had back.
  private func least(total: Int) -> Double {
    var found = Double.infinity
    for a in 1...12 {
      for b in 0...9 where (2...5).contains(total - a - b) {
        found = min(found, noise([a, b, total - a - b]))
      }
    }
    return found
  }

  @Test(arguments: 3...26) func `No other shares have less noise`(total: Int) {
    let shares = SparsityBudget(layers: layers).shares(total: total)
    #expect(shares.reduce(0, +) == total)
    #expect(abs(noise(shares) - least(total: total)) <= 1e-12)
  }
}
