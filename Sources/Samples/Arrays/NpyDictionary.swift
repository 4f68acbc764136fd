/// The Python dictionary of an npy header.
///
/// Source: numpy.lib.format, "Format Version 1.0".
struct NpyDictionary {
  private(set) var descr: String?
  private(set) var isFortranOrder: Bool?
  private(set) var shape: [Int]?
  private let text: UnsafeRawBufferPointer
  private var position = 0

  /// Reads `text`, which must hold all three entries.
  init(_ text: UnsafeRawBufferPointer) throws(NpyProblem) {
    self.text = text
    try expect("{")
    while !skip("}") {
      try readEntry()
      guard skip(",") || next == UInt8(ascii: "}") else { throw .badHeader }
    }
  }

  private mutating func readEntry() throws(NpyProblem) {
    let key = try string()
    try expect(":")
    switch key {
    case "descr":
      // A list describes a record's fields, a tuple an array inside each element.
      guard next != UInt8(ascii: "["), next != UInt8(ascii: "(") else { throw .structured }
      descr = try string()
    case "fortran_order": isFortranOrder = try boolean()
    case "shape": shape = try sizes()
    default: throw .badHeader
    }
  }

  // MARK: Values

  private mutating func string() throws(NpyProblem) -> String {
    guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw .badHeader
    }
    let rest = text[(position + 1)...]
    guard let end = rest.firstIndex(of: quote) else { throw .badHeader }
    position = end + 1
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  private mutating func boolean() throws(NpyProblem) -> Bool {
    if skip("True") { return true }
    try expect("False")
    return false
  }

  private mutating func sizes() throws(NpyProblem) -> [Int] {
    try expect("(")
    var sizes: [Int] = []
    while !skip(")") {
      sizes.append(try size())
      guard skip(",") || next == UInt8(ascii: ")") else { throw .badHeader }
    }
    return sizes
  }

  private mutating func size() throws(NpyProblem) -> Int {
    guard next != nil else { throw .badHeader }
    let digits = text[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let size = Int(String(decoding: digits, as: UTF8.self)) else { throw .badHeader }
    position += digits.count
    // Python 2 wrote long integers with this suffix.
    _ = skip("L")
    return size
  }

  // MARK: Tokens

  /// The next byte that is not white space.
  private var next: UInt8? {
    mutating get {
      while position < text.count, [9, 10, 13, 32].contains(text[position]) { position += 1 }
      return position < text.count ? text[position] : nil
    }
  }

  private mutating func skip(_ token: StaticString) -> Bool {
    let token = UnsafeBufferPointer(start: token.utf8Start, count: token.utf8CodeUnitCount)
    guard next != nil, text[position...].starts(with: token) else { return false }
    position += token.count
    return true
  }

  private mutating func expect(_ token: StaticString) throws(NpyProblem) {
    guard skip(token) else { throw .badHeader }
  }
}
