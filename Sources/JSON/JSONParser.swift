/// The reason why a text is not JSON, and the byte where that shows.
package struct JSONFault: Error, Equatable, Sendable {
  package let offset: Int
  package let what: String

  /// A clause that follows the name of the text.
  package var text: String { "is not JSON: \(what) at byte \(offset)" }

  package init(offset: Int, what: String) {
    self.offset = offset
    self.what = what
  }
}

/// Reads JSON as RFC 8259 has it and nothing beyond: no comments, no bytes before or behind the
/// value, no key twice. Numbers that neither 64 bits nor a double hold are refused, not rounded to
/// infinity; integers stay exact.
package struct JSONParser {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  /// Levels that may still be opened; a stack ends sooner than a file of brackets.
  private var depth: Int

  private init(_ bytes: UnsafeRawBufferPointer, depth: Int) {
    self.bytes = bytes
    self.depth = depth
  }

  /// Returns the one value that `bytes` are. Arrays and objects may be nested `depth` deep.
  package static func value(
    of bytes: UnsafeRawBufferPointer, depth: Int = 64
  ) throws(JSONFault) -> JSONValue {
    var parser = JSONParser(bytes, depth: depth)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.position == bytes.count else {
      throw parser.fault("there is more text after the value")
    }
    return value
  }

  private func fault(_ what: String, at offset: Int? = nil) -> JSONFault {
    JSONFault(offset: offset ?? position, what: what)
  }

  // MARK: Bytes

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func expect(_ word: StaticString) throws(JSONFault) {
    let start = position
    for index in 0..<word.utf8CodeUnitCount {
      guard take(word.utf8Start[index]) else { throw fault("expected '\(word)'", at: start) }
    }
  }

  // MARK: Values

  private mutating func value() throws(JSONFault) -> JSONValue {
    skipSpace()
    guard let next else { throw fault("the text ends where a value should be") }
    switch next {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"):
      try expect("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try expect("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try expect("null")
      return .null
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw fault("expected a value")
    }
  }

  private mutating func open() throws(JSONFault) {
    guard depth > 0 else { throw fault("nested too deep") }
    depth -= 1
    position += 1
    skipSpace()
  }

  /// Whether another element follows; false behind the closing byte.
  private mutating func continues(until close: Unicode.Scalar) throws(JSONFault) -> Bool {
    skipSpace()
    if take(UInt8(ascii: ",")) { return true }
    guard take(UInt8(ascii: close)) else { throw fault("expected ',' or '\(close)'") }
    depth += 1
    return false
  }

  private mutating func array() throws(JSONFault) -> JSONValue {
    try open()
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) {
      depth += 1
      return .array(values)
    }
    repeat { values.append(try value()) } while try continues(until: "]")
    return .array(values)
  }

  private mutating func object() throws(JSONFault) -> JSONValue {
    try open()
    var pairs: [(key: String, value: JSONValue)] = []
    var keys: Set<String> = []
    if take(UInt8(ascii: "}")) {
      depth += 1
      return .object(pairs)
    }
    repeat {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw fault("expected a key") }
      let key = try string()
      guard keys.insert(key).inserted else { throw fault("key '\(key)' occurs twice", at: start) }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("expected ':'") }
      pairs.append((key, try value()))
    } while try continues(until: "}")
    return .object(pairs)
  }

  // MARK: Numbers

  private mutating func digits() throws(JSONFault) {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    guard position > start else { throw fault("expected a digit") }
  }

  private mutating func number() throws(JSONFault) -> JSONValue {
    let start = position
    let isNegative = take(UInt8(ascii: "-"))
    // No digit follows a leading zero.
    if !take(UInt8(ascii: "0")) { try digits() }
    let whole = position
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard position == whole else {
      guard let value = Double(text), value.isFinite else {
        throw fault("\(text) is beyond the range of a double", at: start)
      }
      return .number(value)
    }
    if isNegative, text == "-0" { return .number(-0.0) }
    if let value = Int(text) { return .integer(value) }
    guard let value = UInt64(text) else {
      throw fault("an integer with more than 64 bits", at: start)
    }
    return .unsigned(value)
  }

  // MARK: Strings

  private mutating func string() throws(JSONFault) -> String {
    let start = position
    position += 1
    var units: [UInt8] = []
    while true {
      guard let byte = next else { throw fault("a string does not end", at: start) }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        // What is not UTF-8 is repaired, so it shows.
        let text = String(decoding: units, as: UTF8.self)
        guard text.utf8.elementsEqual(units) else {
          throw fault("a string is not UTF-8", at: start)
        }
        return text
      case UInt8(ascii: "\\"): units += String(try escaped()).utf8
      case 0..<0x20: throw fault("a control character in a string")
      default:
        units.append(byte)
        position += 1
      }
    }
  }

  private mutating func escaped() throws(JSONFault) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let letter = next else { throw fault("a string does not end", at: start) }
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicode(from: start)
    default: throw fault("an unknown escape in a string", at: start)
    }
  }

  /// Parses the digits after `\u`; a high surrogate must be followed by a low one.
  private mutating func unicode(from start: Int) throws(JSONFault) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw fault("half a surrogate pair in a string", at: start)
    }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw fault("half a surrogate pair in a string", at: start) }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
