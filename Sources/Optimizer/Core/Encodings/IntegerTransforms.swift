import KernelTable
import Kernels
import OpSet
import TFLite

/// float32 → the integers of a weight, packed as a file stores them.
struct ToIntegers: TensorTransform {
  let encoding: WeightEncoding
  /// Elements of the tensor.
  let count: Int

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    let perByte = 8 / encoding.bits.rawValue
    let elements = offset * perByte..<min((offset + output.count) * perByte, count)
    guard perByte > 1 else { return try quantize(elements, output, source) }
    try withUnsafeTemporaryAllocation(byteCount: elements.count, alignment: 16) { integers in
      try quantize(elements, integers, source)
      // Channels may be clipped.
      let most = Int8(encoding.bits.greatest)
      for index in integers.indices {
        let integer = Int8(bitPattern: integers[index])
        integers[index] = UInt8(bitPattern: max(-most, min(most, integer)))
      }
      encoding.bits.pack(UnsafeRawBufferPointer(integers), into: output)
    }
  }

  /// Writes one integer per byte.
  private func quantize(
    _ elements: Range<Int>, _ output: UnsafeMutableRawBufferPointer, _ source: DataReader
  ) throws {
    guard let target = output.baseAddress else { return }
    let kernels = KernelTable.chosen.storage
    let (layout, greatest) = (encoding.layout, Float(encoding.bits.greatest))
    try source.withBytes(in: elements.lowerBound * 4..<elements.upperBound * 4) { bytes in
      guard let values = bytes.baseAddress else { return }
      encoding.magnitudes.withUnsafeBufferPointer { magnitudes in
        guard let first = magnitudes.baseAddress else { return }
        layout.forEachRun(in: elements) { start, count, channel in
          let from = values + (start - elements.lowerBound) * 4
          let to = target + (start - elements.lowerBound)
          if layout.isInnermost {
            kernels.quantizeRow(from, to, count, first + channel, greatest)
          } else {
            kernels.quantize(from, to, count, magnitudes[channel], greatest)
          }
        }
      }
    }
    encoding.levels?.apply(to: output.assumingMemoryBound(to: Int8.self))
  }
}

/// Quantized integers → float32 as the DEQUANTIZE kernel computes them.
struct FromIntegers: TensorTransform {
  private let encoding: StoredIntegers

  init(_ encoding: StoredIntegers) { self.encoding = encoding }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    guard let target = output.baseAddress, let bits = encoding.type.bits else { return }
    let layout = encoding.layout
    let elements = offset / 4..<(offset + output.count) / 4
    let start = elements.lowerBound * bits / 8
    try source.withBytes(in: start..<(elements.upperBound * bits + 7) / 8) { bytes in
      guard let stored = bytes.baseAddress else { return }
      guard bits >= 8 else {
        return unpack(stored - start, bits, target - elements.lowerBound * 4, elements)
      }
      layout.forEachRun(in: elements) { first, count, channel in
        // Along the innermost axis every element has its own channel.
        for part in 0..<(layout.isInnermost ? count : 1) {
          let at = first - elements.lowerBound + part
          Self.convert(
            stored + at * bits / 8, as: encoding.type, target + at * 4,
            count: layout.isInnermost ? 1 : count, scale: encoding.scales[channel + part],
            zeroPoint: encoding.zeroPoints[channel + part])
        }
      }
    }
  }

  /// Unpacks integers below eight bits; `source` and `target` point to the beginning of the
  /// tensor's data.
  private func unpack(
    _ source: UnsafeRawPointer, _ bits: Int, _ target: UnsafeMutableRawPointer,
    _ elements: Range<Int>
  ) {
    for element in elements {
      let place = element * bits
      let byte = source.load(fromByteOffset: place / 8, as: UInt8.self)
      let integer = Int8(bitPattern: byte << UInt8(8 - bits - place % 8)) >> Int8(8 - bits)
      let channel = encoding.layout.channel(of: element)
      let value =
        encoding.scales[channel] * Float(Int32(integer) &- encoding.zeroPoints[channel])
      target.storeBytes(of: value, toByteOffset: element * 4, as: Float.self)
    }
  }

  /// Converts with one scale and zero point; `type` is int8, uint8 or int16.
  static func convert(
    _ source: UnsafeRawPointer, as type: TensorType, _ target: UnsafeMutableRawPointer,
    count: Int, scale: Float, zeroPoint: Int32
  ) {
    switch type {
    case .int8:
      QuantizeKernels.fromIntegers(
        source, as: Int8.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    case .uint8:
      QuantizeKernels.fromIntegers(
        source, as: UInt8.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    default:
      QuantizeKernels.fromIntegers(
        source, as: Int16.self, target, count: count, scale: scale, zeroPoint: zeroPoint)
    }
  }
}
