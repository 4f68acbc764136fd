import TFLite

extension Value {
  /// Whether several integers share a byte.
  var isPacked: Bool { type == .int4 || type == .int2 }

  /// The elements of an int4 or int2 tensor, low bits of a byte first.
  var unpackedIntegers: [Int8] {
    let bits = type == .int2 ? 2 : 4
    let perByte = 8 / bits
    return [Int8](unsafeUninitializedCapacity: count) { target, filled in
      let source = pointer(UInt8.self)
      for index in 0..<count {
        let raised = source[index / perByte] &<< UInt8(8 &- bits &- index % perByte &* bits)
        target[index] = Int8(bitPattern: raised) &>> Int8(8 &- bits)
      }
      filled = count
    }
  }
}
