/// The scales of a weight's channels for an integer codebook, each with the least squared error. A
/// channel's greatest magnitudes may be clipped, but the channel always reaches 127: int8 takes its
/// scale from the clipped maximum and finds the same integers.
struct ChannelScales {
  /// By channel, the magnitude that becomes 127.
  let magnitudes: [Float]
  /// Σ weight × (value − level)², of values normalised by the greatest magnitudes.
  let error: Double

  /// Candidates for a channel's greatest magnitude ÷ the magnitude that becomes 127.
  private static let cuts: [Float] = [1, 1.05, 1.1, 1.16, 1.22, 1.3, 1.4]
  /// How many values of a channel the choice is based on.
  private static let sample = 512

  /// `cuts` is false where bits count, since clipping makes values less alike.
  init(_ weight: NormalizedWeight, _ codebook: Codebook, cuts: Bool) throws {
    let channels = weight.magnitudes.count
    var factors = [Float](repeating: 1, count: channels)
    if cuts {
      let step = max(1, weight.stream.count / max(1, channels) / Self.sample)
      let trials = try Self.cuts.map { cut in
        try Self.errors(weight, codebook, [Float](repeating: cut, count: channels), step: step)
      }
      for channel in 0..<channels {
        let least = trials.indices.min { trials[$0][channel] < trials[$1][channel] } ?? 0
        factors[channel] = Self.cuts[least]
      }
    }
    magnitudes = zip(weight.magnitudes, factors).map { $0 / $1 }
    error = try Self.errors(weight, codebook, factors, step: 1).reduce(0, +)
  }

  /// Returns errors by channel, over every `step`th value.
  private static func errors(
    _ weight: NormalizedWeight, _ codebook: Codebook, _ factors: [Float], step: Int
  ) throws -> [Double] {
    let (stream, nearest) = (weight.stream, LevelSearch(codebook))
    var errors = [Double](repeating: 0, count: factors.count)
    try errors.withUnsafeMutableBufferPointer { errors in
      nonisolated(unsafe) let errors = errors
      func error(_ value: Float, _ element: Int, _ channel: Int) -> Double {
        let scaled = value * factors[channel]
        let apart = Double((scaled - nearest.level(of: scaled)) / factors[channel])
        return stream.weight(element) * apart * apart
      }
      try stream.forEachPart { values, count, start in
        stream.layout.forEachRun(in: start..<start + count) { first, length, channel in
          let run = values + (first - start)
          if stream.layout.isInnermost {
            guard first / factors.count % step == 0 else { return }
            for index in 0..<length {
              errors[channel + index] += error(run[index], first + index, channel + index)
            }
          } else {
            var sum = 0.0
            for index in Swift.stride(from: 0, to: length, by: step) {
              sum += error(run[index], first + index, channel)
            }
            errors[channel] += sum
          }
        }
      }
    }
    return errors
  }
}

/// Finds a value's level in an integer codebook; a table of sixteenths gives the first guess.
private struct LevelSearch {
  private let levels: [Float]
  /// The last limit is infinity.
  private let limits: [Float]
  private var starts: [UInt8] = []

  private static let perInteger: Float = 16
  private static let end = Float(2 * IntegerCodebook.greatest)

  init(_ codebook: Codebook) {
    levels = codebook.levels
    limits = codebook.limits + [.infinity]
    var level = 0
    for bucket in 0...Int(2 * Self.end * Self.perInteger) {
      while Float(bucket) / Self.perInteger - Self.end > limits[level] { level += 1 }
      starts.append(UInt8(level))
    }
  }

  @inline(__always)
  func level(of value: Float) -> Float {
    let bounded = max(-Self.end, min(Self.end, value))
    var level = Int(starts[Int((bounded + Self.end) * Self.perInteger)])
    while value > limits[level] { level &+= 1 }
    return levels[level]
  }
}
