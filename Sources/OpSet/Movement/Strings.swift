import TFLite

/// The bytes of string tensors: the count, the place of each string and of the end, all int32, then
/// the characters.
enum Strings {
  /// Returns the characters of one string, which stay valid as long as the value's bytes.
  static func element(_ index: Int, of source: Value) throws -> UnsafeRawBufferPointer {
    let bytes = source.bytes
    let available =
      bytes.count < 4 ? 0 : Int(bytes.loadUnaligned(fromByteOffset: 0, as: Int32.self))
    guard available >= 0, bytes.count >= 4 * (available + 2) || available == 0 else {
      throw OperatorFault.invalid("a string tensor of \(bytes.count) bytes is cut off")
    }
    guard index >= 0, index < available else {
      throw OperatorFault.invalid("string \(index) of \(available)")
    }
    let from = Int(bytes.loadUnaligned(fromByteOffset: 4 * (index + 1), as: Int32.self))
    let to = Int(bytes.loadUnaligned(fromByteOffset: 4 * (index + 2), as: Int32.self))
    guard from >= 0, from <= to, to <= bytes.count else {
      throw OperatorFault.invalid("string \(index) is outside its tensor")
    }
    return UnsafeRawBufferPointer(rebasing: bytes[from..<to])
  }

  /// Makes a tensor of the strings.
  static func set(_ strings: [[UInt8]], of target: Value) {
    var header: [Int32] = [Int32(strings.count)]
    var text: [UInt8] = []
    let start = 4 * (strings.count + 2)
    for string in strings {
      header.append(Int32(start + text.count))
      text += string
    }
    header.append(Int32(start + text.count))
    let whole = header.withUnsafeBytes { Array($0) } + text
    whole.withUnsafeBytes { target.replace($0) }
  }

  /// Makes a tensor of `count` strings, the i-th a copy of string `index(i)` of the source.
  static func gather(
    _ count: Int, of source: Value, into target: Value, _ index: (Int) throws -> Int
  ) throws {
    var room = Int(Int32.max) - 4 * (count + 2)
    let strings = try (0..<count).map { position in
      let string = try element(try index(position), of: source)
      room -= string.count
      guard room >= 0 else { throw OperatorFault.invalid("strings of more than 2 GB") }
      return Array(string)
    }
    set(strings, of: target)
  }
}
