import TFLite

/// The scales of a quantized tensor and the runs of elements that share one.
struct ChannelRuns {
  let scales: [Float]
  let zeroPoints: [Int32]
  /// Elements of a channel that stand together.
  private let inner: Int
  private let count: Int

  /// Throws `.invalid` for parameters that do not fit the shape of `value`.
  init(_ value: Value) throws {
    guard let quantization = value.tensor.quantization, quantization.details == nil,
      let scales = quantization.scale, !scales.isEmpty
    else { throw OperatorFault.invalid("a quantized tensor has no scale") }
    self.scales = scales
    let zeroPoints = (quantization.zeroPoint ?? [0]).map { Int32(truncatingIfNeeded: $0) }
    self.zeroPoints =
      zeroPoints.count == scales.count
      ? zeroPoints : [Int32](repeating: zeroPoints.first ?? 0, count: scales.count)
    count = value.count
    guard scales.count > 1 else {
      inner = max(1, count)
      return
    }
    let axis = Int(quantization.quantizedDimension)
    guard value.shape.indices.contains(axis), value.shape[axis] == scales.count else {
      throw OperatorFault.invalid("\(scales.count) scales do not fit the shape \(value.shape)")
    }
    inner = value.shape[(axis + 1)...].reduce(1, *)
  }

  /// Stages that call `body` for every run.
  func stages(
    cost: Int,
    _ body: @escaping (_ start: Int, _ count: Int, _ scale: Float, _ zeroPoint: Int32) -> Void
  ) -> [Stage] {
    guard count > 0, inner > 0 else { return [] }
    // Tiles are multiples of eight elements, so that no two share a byte of packed elements.
    let blocks = (count + 7) / 8
    let parts = Tiling.parts(of: blocks, operations: count * cost)
    return .tiles(parts) { tile, _ in
      let range = Tiling.range(tile, of: parts, count: blocks)
      var start = range.lowerBound &* 8
      let end = min(count, range.upperBound &* 8)
      while start < end {
        let run = start / inner
        let next = min(end, (run &+ 1) &* inner)
        let channel = run % scales.count
        body(start, next &- start, scales[channel], zeroPoints[channel])
        start = next
      }
    }
  }
}
