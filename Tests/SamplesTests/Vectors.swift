import Foundation
import TFLite

/// Reads the fields that `Tools/record-samples.py` recorded.
enum Vectors {
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
        let size = bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard position + 4 + size <= bytes.count else { throw Malformed() }
        record.append(Array(bytes[position + 4..<position + 4 + size]))
        position += 4 + size
      }
      records.append(record)
    }
    return records
  }

  /// The type that is named as numpy and the schema name it.
  static func type(_ name: [UInt8]) throws -> TensorType {
    let name = String(decoding: name, as: UTF8.self)
    guard let type = (0..<23).lazy.map(TensorType.init).first(where: { $0.description == name })
    else { throw Malformed() }
    return type
  }

  /// Numbers between commas.
  static func shape(_ field: [UInt8]) -> [Int] {
    String(decoding: field, as: UTF8.self).split(separator: ",").compactMap { Int($0) }
  }

  /// Three fields: type, shape and bytes.
  static func array(_ fields: some Collection<[UInt8]>) throws -> DenseArray {
    let fields = Array(fields)
    return DenseArray(try type(fields[0]), shape: shape(fields[1]), bytes: fields[2])
  }
}
