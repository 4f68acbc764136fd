import TFLite

/// Biases as integers.
enum IntegerBias {
  /// Rounds half away from zero; `scales` has one value, or one for each element.
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
