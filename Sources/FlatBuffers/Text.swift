/// A FlatBuffer string kept as its bytes, so that names that are not UTF-8 survive a rewrite.
public struct Text: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  public var utf8: [UInt8]

  public init(utf8: [UInt8]) { self.utf8 = utf8 }
  public init(_ string: String) { utf8 = Array(string.utf8) }
  public init(stringLiteral value: String) { self.init(value) }

  /// The text for people: bytes that are not UTF-8 become replacement characters.
  public var description: String { String(decoding: utf8, as: UTF8.self) }

  public func appending(_ suffix: String) -> Text { Text(utf8: utf8 + Array(suffix.utf8)) }
}
