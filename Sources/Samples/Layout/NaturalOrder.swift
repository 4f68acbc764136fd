/// The order in which people count files: "2" before "10".
enum NaturalOrder {
  static func sorted(_ names: [String]) -> [String] {
    // Names that differ only in leading zeros keep a fixed order.
    names.map { (parts($0), $0) }
      .sorted { a, b in a.0 == b.0 ? a.1 < b.1 : a.0.lexicographicallyPrecedes(b.0) }
      .map(\.1)
  }

  /// A run of digits, without leading zeros, or one other byte.
  private struct Part: Comparable {
    let isNumber: Bool
    let bytes: ArraySlice<UInt8>

    static func < (a: Part, b: Part) -> Bool {
      guard a.isNumber && b.isNumber else { return a.first < b.first }
      if a.bytes.count != b.bytes.count { return a.bytes.count < b.bytes.count }
      return a.bytes.lexicographicallyPrecedes(b.bytes)
    }

    /// A number is sorted like the digit 0.
    private var first: UInt8 { isNumber ? UInt8(ascii: "0") : bytes.first ?? 0 }
  }

  private static func parts(_ name: String) -> [Part] {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    var parts: [Part] = []
    var rest = Array(name.utf8)[...]
    while let byte = rest.first {
      let run = digits.contains(byte) ? rest.prefix { digits.contains($0) } : rest.prefix(1)
      let isNumber = digits.contains(byte)
      parts.append(
        Part(
          isNumber: isNumber,
          bytes: isNumber ? run.drop { $0 == UInt8(ascii: "0") } : run))
      rest = rest.dropFirst(run.count)
    }
    return parts
  }
}
