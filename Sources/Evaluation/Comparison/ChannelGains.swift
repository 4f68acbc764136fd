/// Tells whether each channel of a tensor is a channel of another tensor times a factor, as after
/// equalization. Such a difference is not an error.
package struct ChannelGains: Sendable {
  private var channels: [Sums] = []
  /// The number of values in each channel.
  private var rows = 0
  /// A factor always fits one value exactly, and a few values too well.
  private static let leastRows = 8
  /// Equalization has factors up to 8; a channel below half a step seems to have greater ones.
  private static let mostFactor = 16.0
  /// The least distance of a factor from 1; rounding and biases cause smaller ones.
  private static let leastChange = 0.1
  /// The greatest share of a channel's squared error that may remain after its factor. Noise 8 dB
  /// below the signal leaves 0.3 with a factor of 2.5. If enough channels show that a tensor is
  /// scaled, more may remain; with factors below 1 less, since clipping shrinks values too.
  private static let (mostLeft, mostLeftOfScaled, mostLeftOfShrunk) = (0.35, 0.7, 0.1)
  /// The least share of channels with a factor; equalization leaves few channels unscaled.
  private static let leastShare = 0.25

  /// Adds one sample; the last axis has the channels. Tensors with changing shapes are ignored.
  package mutating func add(reference: [Float], other: [Float], channels count: Int) {
    guard count > 0 else { return }
    if channels.isEmpty { channels = Array(repeating: Sums(), count: count) }
    guard channels.count == count, reference.count == other.count else { return }
    rows += reference.count / count
    channels.withUnsafeMutableBufferPointer { channels in
      reference.withUnsafeBufferPointer { reference in
        other.withUnsafeBufferPointer { other in
          var channel = 0
          for index in reference.indices {
            let (a, b) = (Double(reference[index]), Double(other[index]))
            if a.isFinite, b.isFinite { channels[channel].add(a, b) }
            channel = channel &+ 1 == count ? 0 : channel &+ 1
          }
        }
      }
    }
  }

  /// The squared error and the signal of all values after each channel was divided by its factor,
  /// the error in the other model's scale, and the least and greatest factor.
  package struct Fit {
    var noise = 0.0
    var signal = 0.0
    /// The error before the division, in the values of the other model's integers.
    var ownNoise = 0.0
    var factors: ClosedRange<Double>
  }

  /// Returns nil if channels have no factors. A factor must explain most of its channel's error,
  /// and differ from 1 by more than rounding and clipping cause.
  package func fit() -> Fit? {
    guard rows >= Self.leastRows else { return nil }
    let live = channels.filter { $0.reference > 0 }
    let shown = live.filter { $0.isScaled(leaving: Self.mostLeft) }
    guard !shown.isEmpty, Double(shown.count) >= Self.leastShare * Double(live.count) else {
      return nil
    }
    // Channels without a factor have 1.
    var fit = Fit(factors: 1...1)
    for channel in channels {
      let isScaled = channel.isScaled(leaving: Self.mostLeftOfScaled, isKnown: true)
      let factor = isScaled ? channel.factor : 1
      let noise = isScaled ? channel.rest : channel.error
      fit.noise += noise / (factor * factor)
      fit.ownNoise += noise
      fit.signal += channel.reference
      fit.factors = min(fit.factors.lowerBound, factor)...max(fit.factors.upperBound, factor)
    }
    return fit
  }

  /// Sums over the values of a channel.
  private struct Sums: Sendable {
    var count = 0.0
    var reference = 0.0
    var other = 0.0
    var product = 0.0
    var referenceSum = 0.0
    var otherSum = 0.0

    mutating func add(_ a: Double, _ b: Double) {
      count += 1
      reference += a * a
      other += b * b
      product += a * b
      referenceSum += a
      otherSum += b
    }

    /// The factor with the least squared error.
    var factor: Double { product / reference }
    var error: Double { max(0, other - 2 * product + reference) }
    /// The squared error that remains after the factor.
    var rest: Double { max(0, other - factor * product) }

    /// Any factor fits a constant channel, and clipping scales the mean but not the values below
    /// it. So the values about their mean must have the same factor, unless the tensor is known to be
    /// scaled and the channel grew.
    func isScaled(leaving share: Double, isKnown: Bool = false) -> Bool {
      guard reference > 0, factor > 1 / ChannelGains.mostFactor, factor < ChannelGains.mostFactor,
        rest <= min(share, factor < 1 ? ChannelGains.mostLeftOfShrunk : share) * error
      else { return false }
      if isKnown, factor > 1 { return true }
      guard abs(factor - 1) > ChannelGains.leastChange else { return false }
      let spread = reference - referenceSum * referenceSum / count
      guard spread > 1e-3 * reference else { return false }
      let slope = (product - referenceSum * otherSum / count) / spread
      return abs(slope - factor) < ChannelGains.leastChange * factor
    }
  }
}
