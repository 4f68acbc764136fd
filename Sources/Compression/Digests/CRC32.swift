/// The CRC-32 of ZIP and zlib (reflected polynomial 0xEDB88320), eight bytes at a time.
package struct CRC32: Sendable {
  /// Eight tables of 256 words; table n is for the byte n places before the last.
  private static let tables: [UInt32] = makeTables()

  private var register: UInt32 = 0xFFFF_FFFF

  package init() {}

  /// The checksum of everything appended so far; 0 for no bytes.
  package var value: UInt32 { ~register }

  package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc = CRC32()
    crc.append(bytes)
    return crc.value
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    register = Self.tables.withUnsafeBufferPointer { tables in
      guard let tables = tables.baseAddress else { return register }
      return Self.advance(register, base, bytes.count, tables)
    }
  }

  private static func advance(
    _ start: UInt32, _ base: UnsafeRawPointer, _ count: Int, _ tables: UnsafePointer<UInt32>
  ) -> UInt32 {
    @inline(__always) func look(_ table: Int, _ word: UInt64, _ shift: UInt64) -> UInt32 {
      tables[table &* 256 &+ Int(truncatingIfNeeded: (word &>> shift) & 0xFF)]
    }
    var crc = start
    var position = 0
    while position &+ 8 <= count {
      let loaded = base.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      let word = UInt64(littleEndian: loaded) ^ UInt64(crc)
      let low = look(7, word, 0) ^ look(6, word, 8) ^ look(5, word, 16) ^ look(4, word, 24)
      crc = low ^ look(3, word, 32) ^ look(2, word, 40) ^ look(1, word, 48) ^ look(0, word, 56)
      position &+= 8
    }
    while position < count {
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      crc = tables[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc &>> 8)
      position &+= 1
    }
    return crc
  }

  private static func makeTables() -> [UInt32] {
    var tables = (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
    }
    return tables
  }
}
