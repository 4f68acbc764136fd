/// The length and distance codes of RFC 1951 §3.2.5, computed instead of tabulated.
enum DeflateCode {
  /// The number of symbols: literals, end of block and lengths.
  static let symbols = 286
  static let distances = 30
  static let endOfBlock = 256
  static let shortestMatch = 3
  static let longestMatch = 258

  /// Returns the symbol of a match length of 3...258, and how many low bits of it follow as extra
  /// bits.
  @inline(__always)
  static func length(_ length: Int) -> (symbol: Int, extraBits: Int) {
    let offset = length &- 3
    if offset < 8 { return (257 &+ offset, 0) }
    if offset == 255 { return (285, 0) }
    let exponent = 63 &- offset.leadingZeroBitCount
    let step = (offset &>> (exponent &- 2)) & 3
    return (257 &+ 4 &* (exponent &- 1) &+ step, exponent &- 2)
  }

  /// Returns the symbol of a distance of 1...32768, and how many low bits of it follow as extra
  /// bits.
  @inline(__always)
  static func distance(_ distance: Int) -> (symbol: Int, extraBits: Int) {
    let offset = distance &- 1
    if offset < 4 { return (offset, 0) }
    let exponent = 63 &- offset.leadingZeroBitCount
    return (2 &* exponent &+ ((offset &>> (exponent &- 1)) & 1), exponent &- 1)
  }

  /// Returns the number of extra bits that follow a literal or length symbol.
  static func extraBits(ofSymbol symbol: Int) -> Int {
    symbol < 265 || symbol == 285 ? 0 : (symbol - 261) / 4
  }

  /// Returns the number of extra bits that follow a distance symbol.
  static func extraBits(ofDistance symbol: Int) -> Int { symbol < 4 ? 0 : symbol / 2 - 1 }

  /// The code lengths of blocks without a table of their own (RFC 1951 §3.2.6).
  static let fixedSymbolLengths: [UInt8] =
    Array(repeating: 8, count: 144) + Array(repeating: 9, count: 112)
    + Array(repeating: 7, count: 24) + Array(repeating: 8, count: 8)
  static let fixedDistanceLengths: [UInt8] = Array(repeating: 5, count: 30)

  /// The order in which the lengths of the code length code are sent.
  static let lengthOrder: [Int] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
}
