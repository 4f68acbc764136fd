import TFLite

/// float32 → the nearest values of a codebook, or of each channel's.
///
/// With `magnitudes`, codebooks hold integers, and a value is channel magnitude × integer ÷ 127: what
/// int8 with one scale a channel reads back as the same integers.
struct ToCodebook: TensorTransform {
  let layout: ChannelLayout
  /// By channel; what its integer 127 stands for.
  private let magnitudes: [Float]?
  /// One, or one for each channel.
  private let tables: [Table]

  /// `codebooks` has one, or one for each channel of `layout`.
  init(_ codebooks: [Codebook], _ layout: ChannelLayout, magnitudes: [Float]?) {
    self.layout = layout
    self.magnitudes = magnitudes
    tables = codebooks.map { Table($0) }
  }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    try source.fill(output, at: offset)
    let target = output.assumingMemoryBound(to: Float.self)
    guard let base = target.baseAddress else { return }
    let elements = offset / 4..<(offset + output.count) / 4
    layout.forEachRun(in: elements) { start, count, channel in
      for part in 0..<(layout.isInnermost ? count : 1) {
        let channel = channel + part
        tables[tables.count == 1 ? 0 : channel].assign(
          base + (start - elements.lowerBound + part), count: layout.isInnermost ? 1 : count,
          magnitude: magnitudes?[channel])
      }
    }
  }

  /// The index of a value's level, for one codebook.
  private struct Table {
    let levels: [Float]
    /// Filled up with infinity to a power of two less one.
    let limits: [Float]

    init(_ codebook: Codebook) {
      levels = codebook.levels
      var size = 1
      while size < codebook.levels.count { size *= 2 }
      limits =
        codebook.limits
        + [Float](repeating: .infinity, count: max(0, size - 1 - codebook.limits.count))
    }

    func assign(_ values: UnsafeMutablePointer<Float>, count: Int, magnitude: Float?) {
      levels.withUnsafeBufferPointer { levels in
        limits.withUnsafeBufferPointer { limits in
          guard let levels = levels.baseAddress else { return }
          let scale = magnitude.map { Double($0) / 127 }
          let factor = magnitude.map { $0 > 0 ? 127 / $0 : 0 } ?? 1
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
