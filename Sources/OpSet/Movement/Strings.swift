import TFLite

/// The bytes of string tensors: the count, the place of each string and of the end, all int32, then
/// the characters.
enum Strings {
  /// Makes a tensor of `count` strings, the i-th a copy of string `index(i)` of the source.
  static func gather(
    _ count: Int, of source: Value, into target: Value, _ index: (Int) throws -> Int
  ) throws {
    let bytes = source.bytes
    let available =
      bytes.count < 4 ? 0 : Int(bytes.loadUnaligned(fromByteOffset: 0, as: Int32.self))
    guard available >= 0, bytes.count >= 4 * (available + 2) || available == 0 else {
      throw OperatorFault.invalid("a string tensor of \(bytes.count) bytes is cut off")
    }
    var header: [Int32] = [Int32(count)]
    var text: [UInt8] = []
    let start = 4 * (count + 2)
    for position in 0..<count {
      let picked = try index(position)
      guard picked >= 0, picked < available else {
        throw OperatorFault.invalid("string \(picked) of \(available)")
      }
      let from = Int(bytes.loadUnaligned(fromByteOffset: 4 * (picked + 1), as: Int32.self))
      let to = Int(bytes.loadUnaligned(fromByteOffset: 4 * (picked + 2), as: Int32.self))
      guard from >= 0, from <= to, to <= bytes.count else {
        throw OperatorFault.invalid("string \(picked) is outside its tensor")
      }
      header.append(Int32(start + text.count))
      text += bytes[from..<to]
    }
    header.append(Int32(start + text.count))
    let whole = header.withUnsafeBytes { Array($0) } + text
    whole.withUnsafeBytes { target.replace($0) }
  }
}
