import Evaluation
import OpSet
import TFLite

/// The weights and the bias of an integer operator: int8 values with their scales, and the bias in
/// units of input scale × weight scale.
struct IntegerWeights {
  let weight: TensorID
  /// Values that were chosen in place of the weight's.
  let rounded: TensorData?
  let layout: ChannelLayout
  let axis: Int
  /// The greatest integer.
  let greatest: Int
  /// What becomes 127, or would, in each channel.
  let magnitudes: [Float]
  /// The integers that a clustered weight keeps to.
  let levels: IntegerLevels?

  /// The greatest integer of int8 weights; of some that are largely zero it is less.
  static let most = 127

  /// Channels' greatest magnitudes → what would be 127 if those are `greatest`.
  static func widened(_ magnitudes: [Float], greatest: Int?) -> [Float] {
    guard let greatest, greatest < most else { return magnitudes }
    return magnitudes.map { Float(Double($0) * Double(most) / Double(greatest)) }
  }

  var scales: [Float] { magnitudes.map { Float(Double($0) / 127) } }

  /// Per channel along `axis`, or one for the tensor. A channel's scale is at least so large that
  /// its bias fits in half of int32; `bias` has a value for each output channel.
  init(
    _ operand: IntegerOperator.Operand, in model: Model, values: ConstantValues,
    inputScale: Float, bias: [Float], isPerTensor: Bool, greatest: Int = most,
    rounded: TensorData? = nil
  ) throws {
    weight = operand.id
    self.rounded = rounded
    self.greatest = greatest
    levels = values.levels(of: operand.id)
    let shape = model[operand.id].shape ?? []
    let wanted: Int? = if case .weight(let axis) = operand.role { axis } else { nil }
    let channels = isPerTensor ? nil : wanted.flatMap { ChannelLayout(shape: shape, axis: $0) }
    layout = channels ?? .perTensor
    axis = channels == nil ? 0 : wanted ?? 0
    var found = Self.widened(
      try values.magnitudes(of: operand.id, layout) ?? [], greatest: greatest)
    let unit = inputScale * 0x1p30
    for (index, value) in bias.enumerated() {
      let channel = found.count == 1 ? 0 : index
      guard found.indices.contains(channel) else { continue }
      found[channel] = max(found[channel], Float(Double(abs(value)) / Double(unit) * 127))
    }
    // The official converter's floor for dead channels.
    magnitudes = found.map { max($0, 5e-7) }
  }

  var quantization: Quantization {
    var quantization = Quantization()
    quantization.scale = scales
    quantization.zeroPoint = [Int64](repeating: 0, count: scales.count)
    quantization.quantizedDimension = Int32(axis)
    return quantization
  }

  /// The integers; `count` of them.
  func integers(in model: Model, count: Int) -> TensorData? {
    (rounded ?? model.data(of: weight)).map { source in
      .deferred(
        DeferredData(
          source: source,
          transform: ToInt8(magnitudes: magnitudes, layout: layout, levels: levels),
          count: count))
    }
  }

  /// The float32 values that `levels` stand for, `count` of them.
  func values(of levels: TensorData, in model: Model, count: Int) -> TensorData? {
    var tensor = model[weight]
    tensor.type = .int8
    tensor.quantization = quantization
    return FromIntegers(tensor).map { back in
      .deferred(DeferredData(source: levels, transform: back, count: count * 4))
    }
  }

  /// The integer that a value becomes in its channel.
  func level(of value: Double, scale: Double) -> Double {
    let steps = max(-127, min(127, (value / scale).rounded(.toNearestOrAwayFromZero)))
    return levels.map { $0(steps) } ?? steps
  }

  /// Scales of the bias: input scale × weight scale, in float32.
  func biasScales(inputScale: Float) -> [Float] { scales.map { inputScale * $0 } }
}

/// Biases as integers.
enum IntegerBias {
  /// Rounds half away from zero; `scales` has one value or one for each.
  static func levels(_ bias: [Float], scales: [Float], _ type: TensorType) -> [Int64] {
    let limit = type == .int32 ? Double(Int32.max) : 0x1p47
    return bias.enumerated().map { index, value in
      let scale = Double(scales[scales.count == 1 ? 0 : index])
      let level = (Double(value) / scale).rounded(.toNearestOrAwayFromZero)
      return Int64(max(-limit, min(limit, level)))
    }
  }

  static func bytes(_ levels: [Int64], _ type: TensorType) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(levels.count * 8)
    for level in levels {
      for byte in 0..<(type == .int32 ? 4 : 8) {
        bytes.append(UInt8(truncatingIfNeeded: level >> (8 * byte)))
      }
    }
    return bytes
  }
}
