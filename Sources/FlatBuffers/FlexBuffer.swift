/// A value in the FlexBuffers format: schemaless data, which custom operators keep their options
/// in. Source: flatbuffers.dev, "FlexBuffers".
///
/// Reading never fails: a value that is missing, malformed or of another kind reads as nil.
package struct FlexBuffer: Sendable {
  private let bytes: [UInt8]
  /// The position of the value, or of the offset to it.
  private let position: Int
  /// The width of the value, or of the offset to it, in bytes.
  private let width: Int
  private let packedType: UInt8

  /// The root of a buffer; nil if it is too short to have one.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 3, let width = Self.width(bytes[bytes.count - 1]),
      width <= bytes.count - 2
    else { return nil }
    self.bytes = bytes
    position = bytes.count - 2 - width
    self.width = width
    packedType = bytes[bytes.count - 2]
  }

  private init(_ bytes: [UInt8], position: Int, width: Int, packedType: UInt8) {
    self.bytes = bytes
    self.position = position
    self.width = width
    self.packedType = packedType
  }

  private enum Kind: UInt8 {
    case null, int, uint, float, key, string, indirectInt, indirectUInt, indirectFloat, map, vector
    case boolean = 26
  }

  private var kind: Kind? { Kind(rawValue: packedType >> 2) }

  /// The width of the elements to which the offset leads, in bytes.
  private var targetWidth: Int { 1 << Int(packedType & 3) }

  private static func width(_ byte: UInt8) -> Int? {
    [1, 2, 4, 8].contains(byte) ? Int(byte) : nil
  }

  // MARK: Numbers

  package var isNull: Bool { kind == .null }

  /// A number that is a whole one, or a boolean.
  package var integer: Int? {
    switch kind {
    case .int: signed(position, width)
    case .uint, .boolean: unsigned(position, width)
    case .indirectInt: target.flatMap { signed($0, targetWidth) }
    case .indirectUInt: target.flatMap { unsigned($0, targetWidth) }
    default: nil
    }
  }

  /// Any number.
  package var number: Double? {
    switch kind {
    case .float: real(position, width)
    case .indirectFloat: target.flatMap { real($0, targetWidth) }
    default: integer.map { Double($0) }
    }
  }

  package var boolean: Bool? { integer.map { $0 != 0 } }

  // MARK: Text and containers

  package var string: String? {
    guard let start = target else { return nil }
    switch kind {
    case .key: return key(start)
    case .string:
      guard let count = unsigned(start - targetWidth, targetWidth), has(start, count) else {
        return nil
      }
      return String(decoding: bytes[start..<start + count], as: UTF8.self)
    default: return nil
    }
  }

  /// Elements of a vector, or values of a map.
  package var count: Int {
    guard kind == .map || kind == .vector, let start = target,
      let count = unsigned(start - targetWidth, targetWidth), has(start, count),
      has(start, count * (targetWidth + 1))
    else { return 0 }
    return count
  }

  package subscript(_ index: Int) -> FlexBuffer? {
    guard let start = target, index >= 0, index < count else { return nil }
    return FlexBuffer(
      bytes, position: start + index * targetWidth, width: targetWidth,
      packedType: bytes[start + count * targetWidth + index])
  }

  package subscript(_ name: String) -> FlexBuffer? {
    guard kind == .map, let start = target,
      let distance = unsigned(start - 3 * targetWidth, targetWidth),
      let keyWidth = unsigned(start - 2 * targetWidth, targetWidth),
      [1, 2, 4, 8].contains(keyWidth)
    else { return nil }
    let keys = start - 3 * targetWidth - distance
    for index in 0..<count {
      let place = keys + index * keyWidth
      if let offset = unsigned(place, keyWidth), key(place - offset) == name { return self[index] }
    }
    return nil
  }

  // MARK: Bytes

  private func has(_ start: Int, _ count: Int) -> Bool {
    start >= 0 && count >= 0 && start <= bytes.count && count <= bytes.count - start
  }

  private var target: Int? {
    guard let offset = unsigned(position, width), offset > 0, offset <= position else { return nil }
    return position - offset
  }

  private func bits(_ start: Int, _ count: Int) -> UInt64? {
    guard has(start, count) else { return nil }
    return bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func unsigned(_ start: Int, _ count: Int) -> Int? {
    bits(start, count).flatMap { Int(exactly: $0) }
  }

  private func signed(_ start: Int, _ count: Int) -> Int? {
    bits(start, count).map {
      Int(Int64(bitPattern: $0 << UInt64(64 - 8 * count)) >> (64 - 8 * count))
    }
  }

  private func real(_ start: Int, _ count: Int) -> Double? {
    guard let bits = bits(start, count) else { return nil }
    switch count {
    case 4: return Double(Float(bitPattern: UInt32(bits)))
    case 8: return Double(bitPattern: bits)
    default: return nil
    }
  }

  /// Returns the characters up to a zero.
  private func key(_ start: Int) -> String? {
    guard start >= 0, start < bytes.count, let end = bytes[start...].firstIndex(of: 0) else {
      return nil
    }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
