import Compression

/// A ZIP archive as the format describes it, with stored or deflated members.
package enum Archive {
  package static func bytes(
    _ members: [(name: String, contents: [UInt8])], deflated: Bool = false
  ) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, contents) in members {
      let stored =
        deflated
        ? contents.withUnsafeBytes { Deflate.compress($0, level: .six) } : contents
      let facts =
        [20, 0, deflated ? 8 : 0, 0, 0].flatMap { little($0, 2) } + little(checksum(contents), 4)
        + little(stored.count, 4) + little(contents.count, 4) + little(name.utf8.count, 2)
        + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + facts + [UInt8](repeating: 0, count: 10)
      directory += little(file.count, 4) + Array(name.utf8)
      file += little(0x0403_4B50, 4) + facts + Array(name.utf8) + stored
    }
    let count = little(members.count, 2)
    return file + directory + little(0x0605_4B50, 4) + [0, 0, 0, 0] + count + count
      + little(directory.count, 4) + little(file.count, 4) + [0, 0]
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  package static func checksum(_ bytes: [UInt8]) -> Int {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return Int(~crc)
  }
}
