import TFLite

/// Replaces float32 values by those of one codebook, or of one per channel. With `magnitudes`,
/// codebooks hold integers for channels normalised to ±127, and a value is channel magnitude ×
/// integer ÷ 127: int8 with per-channel scales reads the same integers back.
struct ToCodebook: TensorTransform {
  /// One, or one for each channel.
  let codebooks: [Codebook]
  let layout: ChannelLayout
  /// By channel, the magnitude that is normalised to 127.
  let magnitudes: [Float]?
  /// By channel, the value of the integer 127 in the result.
  private var results: [Float]?
  /// The values of the levels in the result; nil for the codebook's own.
  private var replaced: [Float]?
  private let tables: [Table]

  init(_ codebooks: [Codebook], _ layout: ChannelLayout, magnitudes: [Float]?) {
    self.codebooks = codebooks
    self.layout = layout
    self.magnitudes = magnitudes
    results = magnitudes
    tables = codebooks.map { Table($0) }
  }

  /// Returns the same clusters with other magnitudes in the result.
  func scaled(to magnitudes: [Float]) -> Self {
    var copy = self
    copy.results = magnitudes
    return copy
  }

  /// Returns the same clusters with other values; needs a single codebook.
  func with(levels: [Float]) -> Self {
    var copy = self
    copy.replaced = levels
    return copy
  }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    try source.fill(output, at: offset)
    let target = output.assumingMemoryBound(to: Float.self)
    guard let base = target.baseAddress else { return }
    assign(base, offset / 4..<(offset + output.count) / 4)
  }

  /// Returns the whole tensor's values.
  func applied(to values: [Float]) -> [Float] {
    var copy = values
    copy.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { assign(base, 0..<buffer.count) }
    }
    return copy
  }

  /// Returns each element's level in the single codebook.
  func levelIndices(of values: [Float]) -> [UInt8] {
    values.map { UInt8(tables[0].level(of: $0)) }
  }

  private func assign(_ base: UnsafeMutablePointer<Float>, _ elements: Range<Int>) {
    layout.forEachRun(in: elements) { start, count, channel in
      for part in 0..<(layout.isInnermost ? count : 1) {
        let channel = channel + part
        tables[tables.count == 1 ? 0 : channel].assign(
          base + (start - elements.lowerBound + part), count: layout.isInnermost ? 1 : count,
          magnitude: magnitudes?[channel], result: results?[channel], replaced)
      }
    }
  }

  /// One codebook's levels and limits.
  private struct Table {
    let levels: [Float]
    /// Padded with infinity to a power of two less one.
    let limits: [Float]

    init(_ codebook: Codebook) {
      levels = codebook.levels
      var size = 1
      while size < codebook.levels.count { size *= 2 }
      limits =
        codebook.limits
        + [Float](repeating: .infinity, count: max(0, size - 1 - codebook.limits.count))
    }

    func level(of value: Float) -> Int {
      limits.withUnsafeBufferPointer { limits in
        var level = 0
        var step = (limits.count + 1) / 2
        while step > 0 {
          if value > limits[level &+ step &- 1] { level &+= step }
          step >>= 1
        }
        return level
      }
    }

    func assign(
      _ values: UnsafeMutablePointer<Float>, count: Int, magnitude: Float?, result: Float?,
      _ replaced: [Float]?
    ) {
      (replaced ?? levels).withUnsafeBufferPointer { levels in
        limits.withUnsafeBufferPointer { limits in
          guard let levels = levels.baseAddress else { return }
          let scale = result.map { Double($0) / Double(IntegerCodebook.greatest) }
          let factor = magnitude.map { $0 > 0 ? Float(IntegerCodebook.greatest) / $0 : 0 } ?? 1
          let half = (limits.count + 1) / 2
          for index in 0..<count {
            let value = values[index] * factor
            var level = 0
            var step = half
            while step > 0 {
              if value > limits[level &+ step &- 1] { level &+= step }
              step >>= 1
            }
            values[index] =
              scale.map { Float($0 * Double(levels[level])) } ?? levels[level]
          }
        }
      }
    }
  }
}
