import Foundation

/// Reads the fields that `Tools/record-compression-vectors.py` recorded.
enum VectorFile {
  struct Malformed: Error {}

  static func records(_ name: String, fields: Int, file: String = #filePath) throws -> [[[UInt8]]] {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "Vectors/\(name)")))
    var records: [[[UInt8]]] = []
    var position = 0
    while position < bytes.count {
      var record: [[UInt8]] = []
      for _ in 0..<fields {
        guard position + 4 <= bytes.count else { throw Malformed() }
        let count = Int(number(bytes[position..<position + 4]))
        guard position + 4 + count <= bytes.count else { throw Malformed() }
        record.append(Array(bytes[position + 4..<position + 4 + count]))
        position += 4 + count
      }
      records.append(record)
    }
    return records
  }

  static func number(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
