import TFLite

/// A weight that becomes int8: how, and for whom.
struct PlannedWeight {
  let constant: FloatConstant
  let layout: ChannelLayout
  let axis: Int
  /// The greatest integer.
  let greatest: Int
  /// What becomes 127, or would, in each channel.
  let magnitudes: [Float]
  /// The integers that a clustered weight keeps to.
  let levels: IntegerLevels?
  /// Uses that read int8 themselves, and uses that need DEQUANTIZE.
  let direct: [FloatConstant.Use]
  let decoded: [FloatConstant.Use]

  /// Symmetric: zero points are 0, as many as scales, which the runtime demands.
  var quantization: Quantization {
    var quantization = Quantization()
    quantization.scale = magnitudes.map { Float(Double($0) / 127) }
    quantization.zeroPoint = [Int64](repeating: 0, count: magnitudes.count)
    quantization.quantizedDimension = Int32(axis)
    return quantization
  }

  func data(of source: TensorData) -> TensorData {
    .deferred(
      DeferredData(
        source: source, transform: ToInt8(magnitudes: magnitudes, layout: layout, levels: levels),
        count: constant.elements))
  }
}
