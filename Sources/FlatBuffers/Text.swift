/// A FlatBuffer string kept as its bytes, so that names that are not UTF-8 survive a rewrite.
package struct Text: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  package var utf8: [UInt8]

  package init(utf8: [UInt8]) { self.utf8 = utf8 }
  package init(_ string: String) { utf8 = Array(string.utf8) }
  package init(stringLiteral value: String) { self.init(value) }

  /// The text for people: bytes that are not UTF-8 become replacement characters.
  package var description: String { String(decoding: utf8, as: UTF8.self) }

  package func appending(_ suffix: String) -> Text { Text(utf8: utf8 + Array(suffix.utf8)) }
}
