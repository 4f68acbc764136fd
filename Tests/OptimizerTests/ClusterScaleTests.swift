import TFLite
import TestSupport
import Testing

@testable import Optimizer

/// Scales of channels for a shared codebook, and the bins of pooled values, judged by looking at every
/// value for every choice.
@Suite struct ClusterScaleTests {
  private let channels = 5
  private let inner = 96
  private let levels: [Float] = [-127, -60, -21, 0, 18, 55, 127]

  private func normalized(_ values: [Float]) throws -> NormalizedWeight {
    let layout = try #require(ChannelLayout(shape: [Int32(channels), Int32(inner)], axis: 0))
    let file = try Fixtures.open("bmm")
    return try NormalizedWeight(
      ValueSource(
        reader: DataReader(.bytes([UInt8](of: values)), file: file.bytes), layout: layout,
        integers: nil, importance: nil))
  }

  private func error(_ values: ArraySlice<Float>, _ magnitude: Float) -> Double {
    values.reduce(0) { sum, value in
      let scaled = value / magnitude * 127
      let apart = levels.map { abs(Double(scaled - $0)) }.min() ?? 0
      return sum + apart * apart
    }
  }

  @Test func `Each channel has the cut with the least error`() throws {
    let values = weights(channels * inner, seed: 3)
    let weight = try normalized(values)
    let points = WeightedPoints(values: levels.map(Double.init), weights: levels.map { _ in 1 })
    let codebook = Codebook(levels: levels.map(Double.init), for: points, error: 0)
    let scales = try ChannelScales(weight, codebook, cuts: true)
    for channel in 0..<channels {
      let own = values[channel * inner..<(channel + 1) * inner]
      let greatest = own.map(abs).max() ?? 0
      #expect(weight.magnitudes[channel] == greatest)
      func cost(_ magnitude: Float) -> Double {
        let unit = Double(magnitude / greatest)
        return error(own, magnitude) * unit * unit
      }
      let chosen = cost(scales.magnitudes[channel])
      for cut in [1, 1.05, 1.1, 1.16, 1.22, 1.3, 1.4] as [Float] {
        #expect(chosen <= cost(greatest / cut) * (1 + 1e-5))
      }
    }
    let plain = try ChannelScales(weight, codebook, cuts: false)
    #expect(plain.magnitudes == weight.magnitudes && scales.error <= plain.error)
  }

  @Test func `Pooled values keep count, mean and spread of each bin`() throws {
    var values = weights(channels * inner, seed: 9)
    for index in stride(from: 0, to: values.count, by: 7) { values[index] = 0 }
    let weight = try normalized(values)
    let points = try PooledValues(weight.stream).points
    let scaled = values.indices.map { index in
      let value = values[index] * (127 / weight.magnitudes[index / inner])
      return Double(value)
    }
    let bins = Dictionary(grouping: scaled.filter { $0 != 0 }) { ($0 * 16).rounded(.up) }
    var within = 0.0
    for members in bins.values {
      let mean = members.reduce(0, +) / Double(members.count)
      within += members.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let place = try #require(points.values.firstIndex { abs($0 - mean) < 1e-6 })
      #expect(points.sums[place + 1].weight - points.sums[place].weight == Double(members.count))
    }
    #expect(abs(points.within - within) < 1e-6)
    let zero = try #require(points.values.firstIndex(of: 0))
    #expect(
      points.sums[zero + 1].weight - points.sums[zero].weight
        == Double(scaled.count { $0 == 0 }))
    #expect(points.values == points.values.sorted())
  }
}
