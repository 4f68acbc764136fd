/// Whether the channels of a tensor are those of another times a factor each, as equalization leaves
/// them: what such a tensor holds is no error.
package struct ChannelGains {
  private var references: [Double] = []
  private var others: [Double] = []
  private var products: [Double] = []
  /// Values of each channel.
  private var rows = 0
  /// A factor fits one value exactly, and few too well.
  private static let leastRows = 8
  private static let mostFactor = 64.0

  /// Of one sample; the last axis has the channels. Tensors of changing shapes are left out.
  package mutating func add(reference: [Float], other: [Float], channels: Int) {
    guard channels > 0 else { return }
    if references.isEmpty {
      references = Array(repeating: 0, count: channels)
      others = references
      products = references
    }
    guard references.count == channels, reference.count == other.count else { return }
    rows += reference.count / channels
    references.withUnsafeMutableBufferPointer { references in
      others.withUnsafeMutableBufferPointer { others in
        products.withUnsafeMutableBufferPointer { products in
          reference.withUnsafeBufferPointer { reference in
            other.withUnsafeBufferPointer { other in
              var channel = 0
              for index in reference.indices {
                let (a, b) = (Double(reference[index]), Double(other[index]))
                if a.isFinite, b.isFinite {
                  references[channel] += a * a
                  others[channel] += b * b
                  products[channel] += a * b
                }
                channel = channel &+ 1 == channels ? 0 : channel &+ 1
              }
            }
          }
        }
      }
    }
  }

  /// What is left of the squared error and of the signal when each channel is compared with the
  /// reference times the factor that fits best, and the least and greatest factor.
  ///
  /// Nil where factors do not explain nine tenths of the error, or leave more than 1 % of the signal
  /// or factors that nobody would choose: rounding and clipping are none.
  package func fit(squaredError: Double) -> (
    noise: Double, signal: Double, factors: ClosedRange<Double>
  )? {
    guard rows >= Self.leastRows else { return nil }
    var (noise, signal) = (0.0, 0.0)
    var (least, greatest) = (Double.infinity, 0.0)
    for channel in references.indices {
      guard references[channel] > 0 else {
        noise += others[channel]
        continue
      }
      let factor = products[channel] / references[channel]
      signal += factor * products[channel]
      noise += max(0, others[channel] - factor * products[channel])
      // A channel that is nearly zero has no factor to speak of.
      guard factor > 0 else { continue }
      (least, greatest) = (min(least, factor), max(greatest, factor))
    }
    guard noise * 10 < squaredError, noise * 100 < signal, greatest > 1.05 * least,
      least > 1 / Self.mostFactor, greatest < Self.mostFactor
    else { return nil }
    return (noise, signal, least...greatest)
  }
}
