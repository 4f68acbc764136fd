import TFLite

/// A weight whose channels are normalised to ±127.
struct NormalizedWeight {
  let stream: ValueStream
  /// By channel, the magnitude that became 127; 0 for a channel of zeros.
  let magnitudes: [Float]

  /// `importance`: see `ValueStream`. Throws `ClusterPlan.Refusal`, or what reading throws.
  init(_ reader: DataReader, layout: ChannelLayout, importance: [Float]?) throws {
    // int8 has a least scale for channels that died in training: such channels become zeros.
    magnitudes = try ClusterPlan.magnitudes(reader, layout).map {
      $0 < WeightEncoding.deadMagnitude ? 0 : $0
    }
    stream = ValueStream(
      reader: reader, layout: layout,
      factors: magnitudes.map { $0 > 0 ? Float(IntegerCodebook.greatest) / $0 : 0 },
      importance: importance)
  }
}
