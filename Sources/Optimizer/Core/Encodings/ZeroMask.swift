import TFLite

/// Sets pruned weights to zero; the other float32 values stay, bit for bit.
struct ZeroMask: TensorTransform {
  /// One bit for each element: 1 if it stays.
  private let bits: [UInt64]

  /// `isKept` for each element of the tensor, in its order.
  init(count: Int, isKept: (Int) -> Bool) {
    var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
    for index in 0..<count where isKept(index) { bits[index / 64] |= 1 << UInt64(index % 64) }
    self.bits = bits
  }

  func fill(_ output: UnsafeMutableRawBufferPointer, at offset: Int, from source: DataReader)
    throws
  {
    try source.fill(output, at: offset)
    let values = output.bindMemory(to: Float.self)
    let first = offset / 4
    for index in values.indices {
      let place = first &+ index
      if bits[place >> 6] >> UInt64(place & 63) & 1 == 0 { values[index] = 0 }
    }
  }
}
