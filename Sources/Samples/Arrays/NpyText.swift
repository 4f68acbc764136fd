/// Text in npy files: elements of equal size, padded with NUL.
enum NpyText {
  /// Packs little-endian elements as the runtime packs strings.
  static func packed(_ bytes: [UInt8], as element: NpyType) throws(NpyProblem) -> [UInt8] {
    var texts: [ArraySlice<UInt8>] = []
    for start in stride(from: 0, to: bytes.count, by: element.size) {
      let item = bytes[start..<start + element.size]
      texts.append(element.isUTF32 ? try utf8(item, texts.count)[...] : trimmed(item))
    }
    guard let packed = PackedText.pack(texts) else { throw .tooLarge(shape: [texts.count]) }
    return packed
  }

  /// Pads texts to the length of the longest one, at least one byte. Returns the elements and the
  /// size of each.
  static func padded(_ texts: [ArraySlice<UInt8>]) -> (bytes: [UInt8], size: Int) {
    let size = max(1, texts.map(\.count).max() ?? 0)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(texts.count * size)
    for text in texts {
      bytes += text
      bytes.append(contentsOf: repeatElement(0, count: size - text.count))
    }
    return (bytes, size)
  }

  private static func trimmed(_ item: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let last = item.lastIndex(where: { $0 != 0 }) else { return item.prefix(0) }
    return item[...last]
  }

  private static func utf8(
    _ item: ArraySlice<UInt8>, _ element: Int
  ) throws(NpyProblem) -> [UInt8] {
    var text: [UInt8] = []
    // Trailing NULs are whole characters here, so they can be cut off at the end.
    for start in stride(from: item.startIndex, to: item.endIndex, by: 4) {
      let value = item[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard let scalar = Unicode.Scalar(value) else { throw .badText(element: element) }
      text += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
    return Array(trimmed(text[...]))
  }
}
