import TFLite

/// The element type of an npy file: numpy's array type text, such as `<f4`.
struct NpyType: Equatable, Sendable {
  let type: TensorType
  /// Bytes of one element.
  let size: Int
  let isBigEndian: Bool
  /// Whether text is UTF-32 (`U`) and not bytes (`S`).
  let isUTF32: Bool

  /// Types of a fixed size; text has its length after the letter.
  private static let rows: [(code: String, type: TensorType)] = [
    ("b1", .bool), ("c8", .complex64), ("c16", .complex128),
    ("f2", .float16), ("f4", .float32), ("f8", .float64),
    ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64),
    ("u1", .uint8), ("u2", .uint16), ("u4", .uint32), ("u8", .uint64),
  ]

  /// Reads `descr` of an npy header.
  init(_ text: String) throws(NpyProblem) {
    let order = text.first.flatMap { "<>|=".contains($0) ? $0 : nil }
    let code = order == nil ? text : String(text.dropFirst())
    isBigEndian = order == ">"
    isUTF32 = code.first == "U"
    if let row = Self.rows.first(where: { $0.code == (code == "?" ? "b1" : code) }) {
      type = row.type
      size = (row.type.bits ?? 0) / 8
      return
    }
    guard code.first != "O" else { throw .objects }
    guard let kind = code.first, "SaU".contains(kind), let length = Int32(code.dropFirst()),
      length > 0
    else { throw .unsupportedType(text) }
    type = .string
    size = Int(length) * (isUTF32 ? 4 : 1)
  }

  /// Returns numpy's name of a little-endian element of `type`; nil for text and for types that
  /// numpy does not have.
  static func text(for type: TensorType) -> String? {
    guard let row = rows.first(where: { $0.type == type }) else { return nil }
    return (type.bits == 8 ? "|" : "<") + row.code
  }

  /// Bytes that are swapped between little and big endian: half a complex number, or one character.
  var swappedBytes: Int {
    switch type {
    case .complex64, .complex128: size / 2
    case .string: isUTF32 ? 4 : 1
    default: size
    }
  }
}
