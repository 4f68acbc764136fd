import TFLite
import TestSupport

/// Fields that `Tools/record-samples.py` recorded.
enum Vectors {
  struct Malformed: Error {}

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
