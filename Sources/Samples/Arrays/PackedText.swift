/// Strings as the runtime packs them into a tensor: their count, where each begins, where the last
/// ends, then the characters. Count and offsets are int32; offsets count from the first byte.
///
/// Source: tensorflow/lite/string_util.h.
enum PackedText {
  /// Returns nil for more bytes than offsets can reach.
  static func pack(_ texts: [ArraySlice<UInt8>]) -> [UInt8]? {
    let first = 4 * (texts.count + 2)
    let end = texts.reduce(first) { $0 + $1.count }
    guard end <= Int32.max else { return nil }
    var packed: [UInt8] = []
    packed.reserveCapacity(end)
    append(texts.count, to: &packed)
    var offset = first
    append(offset, to: &packed)
    for text in texts {
      offset += text.count
      append(offset, to: &packed)
    }
    for text in texts { packed += text }
    return packed
  }

  /// Returns nil if the offsets do not describe strings within `packed`.
  static func unpack(_ packed: [UInt8]) -> [ArraySlice<UInt8>]? {
    guard packed.count >= 4 else { return nil }
    let count = word(0, in: packed)
    guard count >= 0, count <= packed.count / 4 - 2 else { return nil }
    var texts: [ArraySlice<UInt8>] = []
    for index in 1..<count + 1 {
      let start = word(index, in: packed)
      let end = word(index + 1, in: packed)
      guard start >= 0, start <= end, end <= packed.count else { return nil }
      texts.append(packed[start..<end])
    }
    return texts
  }

  private static func append(_ value: Int, to packed: inout [UInt8]) {
    for shift in [0, 8, 16, 24] { packed.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// The word must lie within `packed`.
  private static func word(_ index: Int, in packed: [UInt8]) -> Int {
    let bytes = packed[4 * index..<4 * index + 4]
    return Int(Int32(bitPattern: bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
  }
}
