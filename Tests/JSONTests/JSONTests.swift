import JSON
import Testing

/// RFC 8259 judges what is JSON; offsets are counted by hand.
@Suite struct JSONTests {
  private func parsed(_ text: String, depth: Int = 64) throws -> JSONValue {
    try parsed(Array(text.utf8), depth: depth)
  }

  private func parsed(_ bytes: [UInt8], depth: Int = 64) throws -> JSONValue {
    try bytes.withUnsafeBytes { try JSONParser.value(of: $0, depth: depth) }
  }

  @Test func `Numbers stay exact`() throws {
    guard
      case .array(let values) = try parsed(
        """
        [0, -1, 9223372036854775807, -9223372036854775808, 18446744073709551615, 1.5, -0, 1e3,
        5e-324, 1.7976931348623157E+308, 0.1]
        """)
    else { return #expect(Bool(false)) }
    let expected: [JSONValue] = [
      .integer(0), .integer(-1), .integer(.max), .integer(.min), .unsigned(.max), .number(1.5),
      .number(-0.0), .number(1000), .number(5e-324), .number(.greatestFiniteMagnitude),
      .number(0.1),
    ]
    #expect(values == expected)
  }

  @Test func `Strings are decoded`() throws {
    let value = try parsed(#""a\"\\\/\b\f\n\r\t\u0041\u00e9\uD834\udd1e é𝄞""#)
    #expect(value == .string("a\"\\/\u{8}\u{C}\n\r\tAé𝄞 é𝄞"))
  }

  @Test func `Objects keep their order`() throws {
    let value = try parsed(" {\"b\" : [ ] , \"a\":{\"x\":null,\"y\":[true,false]}}\r\n\t")
    #expect(
      value
        == .object([
          ("b", .array([])),
          ("a", .object([("x", .null), ("y", .array([.bool(true), .bool(false)]))])),
        ]))
  }

  @Test(
    "What is no JSON is refused at its byte",
    arguments: [
      ("", 0, "ends where a value"), ("  ", 2, "ends where a value"),
      ("[1,]", 3, "expected a value"),
      ("[1 2]", 3, "expected ',' or ']'"), ("[1", 2, "expected ',' or ']'"), ("{1:2}", 1, "a key"),
      ("{\"a\" 1}", 5, "expected ':'"), ("{\"a\":1,}", 7, "a key"), ("nul", 0, "'null'"),
      ("01", 1, "more text"), ("-", 1, "a digit"), ("1.", 2, "a digit"), ("1e+", 3, "a digit"),
      (".5", 0, "a value"), ("+1", 0, "a value"), ("1e999", 0, "range of a double"),
      ("18446744073709551616", 0, "more than 64 bits"), ("-9223372036854775809", 0, "64 bits"),
      ("NaN", 0, "a value"), ("\"a", 0, "does not end"), ("\"\\", 1, "does not end"),
      ("\"\\x\"", 1, "unknown escape"), ("\"\\u12g4\"", 5, "four hexadecimal digits"),
      ("\"\\ud834\"", 1, "surrogate"), ("\"\\udd1e\"", 1, "surrogate"),
      ("\"\\ud834\\u0041\"", 1, "surrogate"), ("\"\n\"", 1, "control character"),
      ("{\"a\":1,\"a\":2}", 7, "occurs twice"), ("1 // one", 2, "more text"),
      ("\u{FEFF}1", 0, "a value"),
    ])
  func refused(text: String, offset: Int, what: String) {
    let fault = #expect(throws: JSONFault.self) { try parsed(text) }
    #expect(fault?.offset == offset && fault?.what.contains(what) == true, "\(fault as Any)")
  }

  @Test func `Bytes that are no UTF-8 are refused`() {
    #expect(throws: JSONFault(offset: 1, what: "a string is not UTF-8")) {
      try parsed([0x5B, 0x22, 0xC3, 0x28, 0x22, 0x5D])
    }
  }

  @Test func `Nesting has a limit`() throws {
    #expect(try parsed("[[[]]]", depth: 3) == .array([.array([.array([])])]))
    #expect(try parsed("[[],[],{}]", depth: 2).text(levels: 0) == "[[],[],{}]")
    #expect(throws: JSONFault(offset: 2, what: "nested too deep")) {
      try parsed("[[[]]]", depth: 2)
    }
    #expect(throws: JSONFault(offset: 64, what: "nested too deep")) {
      try parsed(String(repeating: "[", count: 1_000_000))
    }
  }

  @Test func `Text reads as the value it was`() throws {
    let value = JSONValue.object([
      ("a", .array([.integer(1), .unsigned(.max), .number(1e-5), .number(1e20)])),
      ("quote\"\u{1}", .object([("b", .null), ("c", .array([]))])),
    ])
    for levels in [0, 1, 2, Int.max] {
      #expect(try parsed(value.text(levels: levels)) == value)
    }
    #expect(value.text(levels: 1).split(separator: "\n").count == 4)
  }
}
