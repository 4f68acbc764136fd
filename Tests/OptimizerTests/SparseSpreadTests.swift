import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// What wider steps cost, judged by rounding the weight itself.
@Suite struct SparseSpreadTests {
  private let channels = 16
  private let inner = 512

  /// Of each channel the given share is zero.
  private func values(zeros: Float) -> [Float] {
    let chosen = unitValues(channels * inner, seed: 5)
    return weights(channels * inner, seed: 7).enumerated().map { index, value in
      chosen[index] < zeros ? 0 : value
    }
  }

  private func spread(_ values: [Float]) throws -> (SparseSpread?, magnitudes: [Float]) {
    let layout = try #require(ChannelLayout(shape: [Int32(channels), Int32(inner)], axis: 0))
    let magnitudes = (0..<channels).map { channel in
      values[channel * inner..<(channel + 1) * inner].map(abs).max() ?? 0
    }
    let file = try Fixtures.open("bmm")
    let reader = DataReader(.bytes([UInt8](of: values)), file: file.bytes)
    return (
      try SparseSpread(
        reader, WeightEncoding(.eight, layout, axis: 0, magnitudes: magnitudes)), magnitudes
    )
  }

  @Test(arguments: [2e-3, 8e-4, 2e-4]) func `Rounding adds the noise that was allowed`(
    noise: Double
  ) throws {
    let values = values(zeros: 0.6)
    let (spread, magnitudes) = try spread(values)
    let greatest = try #require(spread).greatest(noise: noise)
    #expect((16..<127).contains(greatest))
    var (error, energy) = (0.0, 0.0)
    for (index, value) in values.enumerated() {
      let step = Double(magnitudes[index / inner]) / Double(greatest)
      let apart = Double(value) - (Double(value) / step).rounded() * step
      error += apart * apart
      energy += Double(value) * Double(value)
    }
    // A twelfth of a step's square for each value is a mean: of 3,300 values within 5 %.
    #expect(error / energy < noise * 1.05)
    let next = Double(greatest - 1) / Double(greatest)
    #expect(error / energy > noise * next * next * 0.9)
  }

  @Test func `Dense weights and codebooks keep their steps`() throws {
    #expect(try spread(values(zeros: 0)).0 == nil)
    let few = values(zeros: 0.6).map { ($0 * 2).rounded() / 2 }
    #expect(try spread(few).0 == nil)
  }
}
