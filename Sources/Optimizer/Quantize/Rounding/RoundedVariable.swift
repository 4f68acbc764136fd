import OpSet
import Platform
import TFLite
import Training

extension Trainer.Variable {
  /// How far from the middle of its integer's cell a float may start, in steps. Integers that were
  /// chosen together are often not the nearest ones; at the edge of a cell the first steps would undo
  /// that. From .45 dnn_s with int4 weights ends at a divergence of .091 on held-out clips, from .2 at .057,
  /// from .05 at .064.
  private static let reach = Float(SearchLimit.of("RoundedVariable.reach", 0.2))
  /// The same for two bits: from .2 no integer of digits_cnn moves in 300 steps.
  private static let wideReach: Float = 0.45

  /// A weight that the file holds as integers. `real` are its values, `rounded` what the integers stand for
  /// from which training starts. Scales of few bits are trained too (Esser et al., "Learned Step Size
  /// Quantization", 2020). With `isClustered` equal values stay equal. Nil for a weight without values.
  init?(
    _ id: TensorID, _ encoding: WeightEncoding, real: [Float], rounded: [Float],
    isClustered: Bool = false
  ) {
    guard real.count == rounded.count, !real.isEmpty else { return nil }
    let (layout, scales) = (encoding.layout, encoding.scales)
    let most = encoding.bits == .two ? Self.wideReach : Self.reach
    var start = real
    if !isClustered {
      layout.forEachElement(in: real.indices) { place, channel in
        guard real[place] != 0 else { return }
        let reach = most * scales[channel]
        start[place] = max(rounded[place] - reach, min(rounded[place] + reach, real[place]))
      }
    }
    self.init(
      ids: [id],
      sizes: isClustered ? [Self.sizes(of: start, .perTensor)[0]] : Self.sizes(of: start, layout),
      storage: Self.storage(start, encoding), isClustered: isClustered)
  }

  /// A bias beside weights of so many columns: it moves as much as all weights of its channel together
  /// would move the result.
  init(bias id: TensorID, beside weights: Trainer.Variable, columns: Int?) {
    let depth = Float(columns ?? 1).squareRoot()
    self.init(ids: [id], sizes: weights.sizes.map { $0 * depth })
  }

  private static func storage(_ start: [Float], _ encoding: WeightEncoding) -> Storage {
    let (layout, scales) = (encoding.layout, encoding.scales)
    let (most, elements) = (Float(encoding.bits.greatest), 0..<start.count)
    @Sendable func fill(
      _ values: Storage.Floats, _ scales: Storage.Floats, _ stored: Storage.Results
    ) {
      layout.forEachRun(in: elements) { first, count, channel in
        let (values, stored, scales) = (values + first, stored + first, scales + channel)
        if layout.isInnermost {
          for index in 0..<count {
            stored[index] =
              (values[index] / scales[index]).nearestWhole(within: most) * scales[index]
          }
        } else {
          let scale = scales[0]
          for index in 0..<count {
            stored[index] = (values[index] / scale).nearestWhole(within: most) * scale
          }
        }
      }
    }
    guard encoding.bits != .eight, encoding.block == nil else {
      return Storage(start: start) { values, _, stored in
        scales.withUnsafeBufferPointer { scales in
          if let scales = scales.baseAddress { fill(values, scales, stored) }
        }
      }
    }
    return Storage(start: start, scales: scales, scaleCounts: [scales.count]) {
      fill($0, $1, $2)
    } scaleGradients: { values, scales, gradients, sums in
      layout.forEachElement(in: elements) { element, channel in
        let value = values[element] / scales[channel]
        let steps = max(-most, min(most, value.rounded(.toNearestOrAwayFromZero)))
        // What is cut off moves with the scale alone.
        let isCut = abs(value) > most + 0.5
        sums[channel] += gradients[element] * (isCut ? steps : steps - value)
        if isCut { gradients[element] = 0 }
      }
    }
  }

  /// Returns the root mean square of each channel, or of all where channels are innermost.
  private static func sizes(of values: [Float], _ layout: ChannelLayout) -> [Float] {
    let parts =
      layout.isInnermost || layout.channels * layout.inner != values.count ? 1 : layout.channels
    let count = values.count / parts
    return (0..<parts).map { part in
      let sum = values[part * count..<(part + 1) * count].reduce(0) { $0 + Double($1) * Double($1) }
      return Float((sum / Double(count)).squareRoot())
    }
  }
}

extension TrainedValues {
  /// Returns the integers of a trained weight, with its trained scales; nil for one that was not trained.
  func rounded(_ id: TensorID, _ encoding: WeightEncoding) -> WeightRounding.Rounded? {
    guard let values = values[id] else { return nil }
    var own = scales[id].map { encoding.trained(scales: $0) } ?? encoding
    if encoding.levels != nil {
      let weight = Trainer.Variable.Clustered(id: id, encoding: own, values: values)
      own = own.with(levels: IntegerLevels(Set(weight.integers).sorted().map { Int($0) }))
    }
    return WeightRounding.Rounded(
      encoding: own, values: .bytes(values.withUnsafeBytes { Array($0) }), shift: nil,
      keepsScales: encoding.levels != nil)
  }
}

extension Float {
  /// Added to a float, leaves whole numbers below 2^21 in its last bits.
  private static let shift: Float = 0x1.8p23

  /// Returns the nearest whole number from −`most` to `most`, of two the even one. Loops over it become vector
  /// instructions.
  @inline(__always)
  func nearestWhole(within most: Float) -> Float {
    (Swift.max(-most, Swift.min(most, self)) + Self.shift) - Self.shift
  }

  /// The same as an integer.
  @inline(__always)
  func nearestLevel(within most: Float) -> Int8 {
    Int8(truncatingIfNeeded: (Swift.max(-most, Swift.min(most, self)) + Self.shift).bitPattern)
  }
}
