import TFLite

extension Value {
  /// The elements of an int4 tensor, low half of a byte first.
  var unpackedNibbles: [Int8] {
    (0..<count).map { index in
      let byte = pointer(Int8.self)[index / 2]
      return index & 1 == 0 ? (byte << 4) >> 4 : byte >> 4
    }
  }
}
