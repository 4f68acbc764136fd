import Platform
import TFLite
import Testing

@testable import Evaluation

/// Channels that were multiplied, or not, before noise was added judge.
@Suite struct ChannelGainsTests {
  private func found(
    _ factors: [Float], noise: Float, mean: Float = 0, clip: Float = .infinity
  ) -> ChannelGains.Fit? {
    var random = SeededRandom(seed: 3)
    func unit() -> Float { Float(random.next() >> 40) / Float(1 << 23) - 1 }
    var gains = ChannelGains()
    for _ in 0..<20 {
      let reference = (0..<factors.count * 50).map { _ in mean + unit() }
      let other = reference.enumerated().map { index, value in
        let factor = factors[index % factors.count]
        return min(factor * (value + noise * unit()), clip)
      }
      gains.add(reference: reference, other: other, channels: factors.count)
    }
    return gains.fit()
  }

  @Test(arguments: [0.01, 0.1, 0.25] as [Float])
  func `What is left beside factors is the noise that was added`(noise: Float) throws {
    let fit = try #require(found([1, 2, 3.5, 8], noise: noise))
    let ratio = fit.noise / fit.signal / Double(noise * noise)
    #expect(ratio > 0.9 && ratio < 1.1 && fit.factors.lowerBound == 1)
    #expect(abs(fit.factors.upperBound - 8) < 0.1 && fit.ownNoise > fit.noise)
  }

  @Test func `Noise, clipping and constants are no factors`() {
    #expect(found([1, 1, 1, 1], noise: 0.5) == nil)
    #expect(found([1, 1, 1, 1], noise: 0.01, mean: 3, clip: 2.2) == nil)
    // One channel of eight that looks scaled.
    #expect(found([1, 1, 1, 1, 1, 1, 1, 2], noise: 0.01) == nil)
    var constant = ChannelGains()
    constant.add(
      reference: [Float](repeating: 0.6, count: 100), other: [Float](repeating: 1, count: 100),
      channels: 2)
    #expect(constant.fit() == nil)
  }

  @Test(arguments: [[1, 4], [], nil] as [[Float]?])
  func `Known factors are divided out, and where they are known to be 1 none is guessed`(
    factors: [Float]?
  ) {
    var row = Comparison.Row(name: "a", referenceType: .float32, type: .int8)
    let reference = (0..<100).map { Float($0 % 17) - 8 }
    // Six channels have the two factors three times.
    let other = reference.enumerated().map { $1 * ($0 % 2 == 0 ? 1 : 4) }
    row.add(
      Array(other.prefix(96)), reference: Array(reference.prefix(96)), channels: 6,
      encoding: Affine(type: .int8, scale: 1, zeroPoint: 0), factors: factors)
    #expect(row.rescaled?.factors == (factors == [] ? nil : 1...4))
    #expect(factors == [] || row.rescaled?.sqnr == .infinity)
    #expect(row.statistics.maxAbs == (factors == [1, 4] ? 0 : 24))
  }
}
