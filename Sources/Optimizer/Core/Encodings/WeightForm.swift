import OpSet
import TFLite

/// The type and the scales of a weight, before their values are known.
struct WeightForm: Hashable {
  let bits: WeightBits
  /// Where scales are those of blocks, each block is a channel.
  let layout: ChannelLayout
  let axis: Int
  /// Elements of a row that share a scale; nil where channels or the tensor have one.
  var block: Int?

  /// Blocks of the rows of a matrix.
  static func blocks(of size: Int, _ bits: WeightBits, elements: Int) -> Self? {
    guard let layout = ChannelLayout(shape: [Int32(elements / size), Int32(size)], axis: 0) else {
      return nil
    }
    return Self(bits: bits, layout: layout, axis: 0, block: size)
  }
}

/// The form of weights that is asked for.
struct WeightRequest: Hashable, Sendable {
  var bits = WeightBits.eight
  var block: Int?

  /// The sizes of blocks that XNNPACK takes and that serve a purpose.
  static let blocks = [32, 64, 128, 256]

  /// The forms that a weight may get, in the order in which they are tried: never fewer bits than
  /// asked for, and blocks before channels.
  var forms: [WeightRequest] {
    WeightBits.allCases.filter { $0.rawValue >= bits.rawValue }.flatMap { bits -> [Self] in
      guard bits != .eight, block != nil else { return [Self(bits: bits)] }
      return [Self(bits: bits, block: block), Self(bits: bits)]
    }
  }

  /// Returns why an operator's kernels do not read weights of the form; nil if they do.
  func obstacle(
    of spec: OpSpec?, _ activations: NarrowRule.Activations, shape: [Int32], options: Options?
  ) -> Reason? {
    guard bits != .eight, let spec else { return nil }
    let form = NarrowForm(bits.type, block: block)
    guard let rule = spec.narrow else {
      return .lacksNarrowKernel(spec.kind, form, .hasNoKernel(activations))
    }
    return rule.obstacle(to: form, activations, shape: shape, options: options)
      .map { .lacksNarrowKernel(spec.kind, form, $0) }
  }
}

/// The scales of blocks: XNNPACK rounds them to bfloat16, other kernels read them as float16. So they
/// are numbers that both have.
enum BlockScale {
  /// XNNPACK refuses zero; smaller numbers are subnormal in float16.
  static let least: Float = 0x1p-14
  /// The greatest with eight bits of significand that float16 has.
  static let most: Float = 0x1.FEp15

  static func nearest(to value: Float) -> Float {
    let bits = min(max(value, least), most).bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
  }

  /// Whether the scales keep what a weight needs: its greatest scale is far enough from `least`, so
  /// that blocks at that end matter little.
  static func holds(_ greatest: Float) -> Bool { (16 * least...most).contains(greatest) }
}
