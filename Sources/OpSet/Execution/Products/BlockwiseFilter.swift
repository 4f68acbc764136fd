import TFLite

/// Int4 or int2 weights with a scale for each block of a row, as weight-only models have them.
///
/// The scales are another tensor of the subgraph: one for each row and block, float16. LiteRT's
/// reference kernel of FULLY_CONNECTED ignores them; here they count, as in XNNPACK and in the
/// optimized kernel.
struct BlockwiseFilter {
  let blockSize: Int
  private let scales: Value

  /// Returns nil for weights that are quantized in another way. `types` are those that the kernel
  /// reads in blocks.
  init?(_ filter: Value, _ types: TensorType..., in preparation: Preparation) throws {
    guard case .blockwise(let blocks) = filter.tensor.quantization?.details else { return nil }
    guard preparation.tensors.indices.contains(Int(blocks.scales)), blocks.blockSize > 0,
      let depth = filter.shape.last
    else { throw OperatorFault.invalid("the filter's blocks are incomplete") }
    try preparation.require(
      types.contains(filter.type), "there is no kernel for \(filter.type) in blocks")
    blockSize = Int(blocks.blockSize)
    scales = preparation.tensors[Int(blocks.scales)]
    try preparation.requireType(scales, .float16, what: "block scales")
    try preparation.require(
      depth % blockSize == 0 && scales.count == filter.count / blockSize && scales.isKnown,
      "there are \(scales.count) scales for \(filter.count) weights in blocks of \(blockSize)")
  }

  /// Returns the filter's real values, row by row.
  func reals(_ levels: [Int8]) throws -> [Float] {
    try scales.materialize?()
    return levels.enumerated().map { index, level in
      Float(level) * scale(index / blockSize)
    }
  }

  /// Reads the scales, one for each row and block.
  func values() throws -> [Float] {
    try scales.materialize?()
    return (0..<scales.count).map(scale)
  }

  private func scale(_ index: Int) -> Float {
    Float(halfBits: scales.base.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
  }
}

extension Float {
  /// IEEE half precision, exact.
  package init(halfBits half: UInt16) {
    let magnitude = UInt32(half & 0x7FFF)
    let sign = UInt32(half & 0x8000) << 16
    if magnitude >= 0x7C00 {
      self.init(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13)
    } else {
      let value = Float(bitPattern: magnitude << 13) * Float(bitPattern: 0x7780_0000)
      self.init(bitPattern: sign | value.bitPattern)
    }
  }
}
