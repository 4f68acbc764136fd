import TFLite

/// How the integers of a tensor stand for reals, as its quantization says: scale × (q − zero point),
/// with one scale and zero point or one of each for every channel.
struct StoredIntegers: Hashable, Sendable {
  let type: TensorType
  let scales: [Float]
  let zeroPoints: [Int32]
  let layout: ChannelLayout

  /// Nil for a type or parameters that DEQUANTIZE does not take.
  init?(_ tensor: Tensor) {
    guard tensor.type.isNarrowInteger || [.int4, .int2].contains(tensor.type),
      let quantization = tensor.quantization, quantization.details == nil,
      let scales = quantization.scale, !scales.isEmpty
    else { return nil }
    let zeroPoints = quantization.zeroPoint ?? [Int64](repeating: 0, count: scales.count)
    guard zeroPoints.count == scales.count,
      let layout = scales.count == 1
        ? .perTensor
        : ChannelLayout(
          shape: tensor.shape ?? [], axis: Int(quantization.quantizedDimension)),
      layout.channels == scales.count
    else { return nil }
    type = tensor.type
    self.scales = scales
    self.zeroPoints = zeroPoints.map { Int32(truncatingIfNeeded: $0) }
    self.layout = layout
  }

  /// Symmetric integers with a scale for each block of consecutive elements; nil for none.
  init?(_ type: TensorType, blocks size: Int, _ scales: [Float]) {
    guard let layout = ChannelLayout(shape: [Int32(scales.count), Int32(size)], axis: 0) else {
      return nil
    }
    self.type = type
    self.scales = scales
    zeroPoints = [Int32](repeating: 0, count: scales.count)
    self.layout = layout
  }

  init(_ encoding: WeightEncoding) {
    type = encoding.bits.type
    scales = encoding.scales
    zeroPoints = [Int32](repeating: 0, count: scales.count)
    layout = encoding.layout
  }

  init(_ encoding: Affine) {
    type = encoding.type
    scales = [encoding.scale]
    zeroPoints = [encoding.zeroPoint]
    layout = .perTensor
  }

  /// Nil for types whose elements have bytes of their own.
  var packing: WeightBits? { [.int2: .two, .int4: .four][type] }

  var isSymmetric: Bool { zeroPoints.allSatisfy { $0 == 0 } }

  /// The integers less the zero points, over all channels.
  var steps: ClosedRange<Int> {
    let (least, most) = (zeroPoints.min() ?? 0, zeroPoints.max() ?? 0)
    return Int(levels.lowerBound) - Int(most)...Int(levels.upperBound) - Int(least)
  }

  private var levels: ClosedRange<Int32> {
    guard let bits = packing?.rawValue else { return type.levels }
    let half = Int32(1) << Int32(bits - 1)
    return -half...half - 1
  }

  /// The integer nearest to a value of a channel, ties away from zero; the zero point for NaN.
  func integer(_ value: Float, channel: Int) -> Int32 {
    let zero = Double(zeroPoints[channel])
    let steps = (Double(value) / Double(scales[channel])).rounded(.toNearestOrAwayFromZero)
    guard !steps.isNaN else { return zeroPoints[channel] }
    return Int32(
      max(Double(levels.lowerBound), min(Double(levels.upperBound), steps + zero)))
  }

  /// The float32 values that stored integers stand for.
  func values(of integers: TensorData, count: Int) -> TensorData {
    .deferred(DeferredData(source: integers, transform: FromIntegers(self), count: count * 4))
  }

  /// The integers nearest to float32 values, as a file stores them.
  func integers(of values: TensorData, count: Int) -> TensorData {
    let bits = packing?.rawValue ?? (type == .int16 ? 16 : 8)
    return .deferred(
      DeferredData(
        source: values, transform: ToStoredIntegers(encoding: self, count: count),
        count: (count * bits + 7) / 8))
  }

  /// Float32 values, each moved to the nearest that an integer stands for.
  func rounded(_ data: TensorData, count: Int) -> TensorData {
    values(of: integers(of: data, count: count), count: count)
  }
}

/// float32 → the integers of a tensor whose scales and zero points are known.
struct ToStoredIntegers: TensorTransform {
  let encoding: StoredIntegers
  /// Elements of the tensor.
  let count: Int

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let packing = encoding.packing else {
      let width = encoding.type == .int16 ? 2 : 1
      let start = offset / width
      return try store(start..<start + output.count / width, output, source)
    }
    let perByte = 8 / packing.rawValue
    let elements = offset * perByte..<min((offset + output.count) * perByte, count)
    try withUnsafeTemporaryAllocation(byteCount: elements.count, alignment: 16) { integers in
      try store(elements, integers, source)
      packing.pack(UnsafeRawBufferPointer(integers), into: output)
    }
  }

  private func store(
    _ elements: Range<Int>, _ output: UnsafeMutableRawBufferPointer, _ source: DataReader
  ) throws {
    try source.withBytes(in: elements.lowerBound * 4..<elements.upperBound * 4) { bytes in
      encoding.layout.forEachElement(in: elements) { element, channel in
        let place = element - elements.lowerBound
        let value = bytes.loadUnaligned(fromByteOffset: place * 4, as: Float.self)
        let integer = encoding.integer(value, channel: channel)
        if encoding.type == .int16 {
          output.storeBytes(of: Int16(integer), toByteOffset: place * 2, as: Int16.self)
        } else {
          output.storeBytes(
            of: UInt8(truncatingIfNeeded: integer), toByteOffset: place, as: UInt8.self)
        }
      }
    }
  }
}
