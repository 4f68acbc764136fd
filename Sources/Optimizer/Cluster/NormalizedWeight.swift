import TFLite

/// A weight's values, how they are stored, and what its errors count.
struct ValueSource {
  let reader: DataReader
  let layout: ChannelLayout
  /// Nil where scales are free.
  let integers: StoredIntegers?
  /// See `ValueStream`.
  let importance: [Float]?
}

/// A weight whose channels are normalised to ±127, or counted in steps of the scales that it has.
struct NormalizedWeight {
  let stream: ValueStream
  /// By channel, the magnitude that became 127; 0 for a channel of zeros.
  let magnitudes: [Float]

  /// Throws `ClusterPlan.Refusal`, or what reading throws.
  init(_ source: ValueSource) throws {
    let (reader, layout) = (source.reader, source.layout)
    if let integers = source.integers {
      let scales = (0..<layout.channels).map { integers.scales[$0 % integers.scales.count] }
      magnitudes = scales.map { $0 * Float(IntegerCodebook.greatest) }
      let size = scales.reduce(0) { $0 + Double($1) * Double($1) } / Double(scales.count)
      stream = ValueStream(
        reader: reader, layout: layout, factors: scales.map { 1 / $0 },
        importance: source.importance, steps: scales.map { Float(Double($0) / size.squareRoot()) })
      return
    }
    // int8 has a least scale for channels that died in training: such channels become zeros.
    magnitudes = try ClusterPlan.magnitudes(reader, layout).map {
      $0 < WeightEncoding.deadMagnitude ? 0 : $0
    }
    stream = ValueStream(
      reader: reader, layout: layout,
      factors: magnitudes.map { $0 > 0 ? Float(IntegerCodebook.greatest) / $0 : 0 },
      importance: source.importance)
  }
}
