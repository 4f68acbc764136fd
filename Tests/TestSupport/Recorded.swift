import Foundation

/// Files that a script in `Tools` recorded; they stand in the folder `Vectors` beside the tests.
package enum Recorded {
  struct Malformed: Error {}

  package static func path(_ name: String, test: String = #filePath) -> String {
    Checkout.folder(of: test).appending(path: "Vectors/\(name)").path
  }

  package static func bytes(_ name: String, test: String = #filePath) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name, test: test))))
  }

  /// Returns the records of a file, each of so many fields: a field is its size, four bytes
  /// little-endian, and its bytes.
  package static func records(
    _ name: String, fields: Int, test: String = #filePath
  ) throws -> [[[UInt8]]] {
    var rest = try bytes(name, test: test)[...]
    var records: [[[UInt8]]] = []
    while !rest.isEmpty {
      var record: [[UInt8]] = []
      for _ in 0..<fields {
        let size = rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 4, rest.count - 4 >= size else { throw Malformed() }
        record.append(Array(rest.dropFirst(4).prefix(size)))
        rest = rest.dropFirst(4 + size)
      }
      records.append(record)
    }
    return records
  }
}
