import TFLite

/// Names a sample by its content, so that choices among samples do not depend on their order.
package enum SampleDigest {
  /// Returns a hash of all bytes. It does not resist collisions made on purpose.
  package static func of(_ sample: [DenseArray]) -> UInt64 {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for array in sample {
      array.bytes.withUnsafeBytes { bytes in
        var index = 0
        while index &+ 8 <= bytes.count {
          mix(&state, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
          index &+= 8
        }
        while index < bytes.count {
          mix(&state, UInt64(bytes[index]))
          index &+= 1
        }
      }
      mix(&state, UInt64(array.bytes.count))
    }
    state ^= state &>> 32
    return state &* 0xD6E8_FEB8_6659_FD93
  }

  @inline(__always)
  private static func mix(_ state: inout UInt64, _ word: UInt64) {
    state = (state ^ word) &* 0xFF51_AFD7_ED55_8CCD
    state ^= state &>> 29
  }
}
