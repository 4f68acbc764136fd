/// HTML that is also well-formed XML. Literals are markup. Interpolated strings are text and get
/// escaped, so that no name in a model can become markup.
struct Markup: ExpressibleByStringInterpolation, Sendable {
  private(set) var text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  static func + (a: Markup, b: Markup) -> Markup { "\(a)\(b)" }
  static func += (a: inout Markup, b: Markup) { a.text += b.text }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ string: String) { text += HTMLText.escaped(string) }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    /// A coordinate in a drawing.
    mutating func appendInterpolation(_ number: Double) { text += Numbers.fixed(number, 1) }
    mutating func appendInterpolation(_ markup: Markup?) { text += markup?.text ?? "" }
    mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { text += part.text } }
  }
}
