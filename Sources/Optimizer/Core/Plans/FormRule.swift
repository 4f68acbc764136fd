import TFLite

/// Operators of the first subgraph that take a form, or weights of fewer bits: `int16x8=3+7-9`, by their
/// indices, or `int4=conv*`, by a pattern for the first output.
///
/// A plan in one word, so that a recipe holds it. Operators get what they can have.
package struct FormRule: Equatable, Sendable {
  enum Choice: Equatable, Sendable {
    case form(OperatorForm)
    case weights(WeightBits)
  }

  let choice: Choice
  /// Empty for a pattern.
  private let indices: [ClosedRange<Int>]
  private let pattern: Selection.Rule?
  package let text: String

  private static let narrow: [WeightBits] = [.four, .two]
  private static var words: [String] {
    OperatorForm.allCases.map(\.rawValue) + narrow.map(\.type.description)
  }

  package init(_ text: String) throws(StepFault) {
    self.text = text
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else {
      throw StepFault(
        "'\(text)' names no operators", help: "such as int16x8=0+3-5, or int16x8=conv*")
    }
    if let form = OperatorForm(rawValue: parts[0]) {
      choice = .form(form)
    } else if let bits = Self.narrow.first(where: { $0.type.description == parts[0] }) {
      choice = .weights(bits)
    } else {
      throw StepFault(
        "'\(parts[0])' is not a form of operators" + suggestion(for: parts[0], among: Self.words),
        help: "forms: \(Self.words.joined(separator: ", "))")
    }
    indices = Self.indices(parts[1]) ?? []
    pattern = indices.isEmpty ? .named(parts[1]) : nil
  }

  /// Returns the text of a rule for operators by their indices, which ascend.
  package static func text(_ form: String, _ indices: [Int]) -> String {
    var ranges: [ClosedRange<Int>] = []
    for index in indices {
      if let last = ranges.last, last.upperBound + 1 == index {
        ranges[ranges.count - 1] = last.lowerBound...index
      } else {
        ranges.append(index...index)
      }
    }
    let places = ranges.map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }
    return "\(form)=\(places.joined(separator: "+"))"
  }

  /// Returns nil for a text that is no list of indices.
  private static func indices(_ text: String) -> [ClosedRange<Int>]? {
    var found: [ClosedRange<Int>] = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first <= last
      else { return nil }
      found.append(first...last)
    }
    return found
  }

  /// The integer mode of the form, if it has one.
  var integerMode: IntegerMode? {
    if case .form(let form) = choice { IntegerMode(rawValue: form.rawValue) } else { nil }
  }

  /// Whether the rule tells the bits of weights, not the form of operators.
  var isOfWeights: Bool {
    if case .weights = choice { true } else { false }
  }

  /// Whether the rule names the operator, by its index or the label of its first output.
  func names(_ index: Int, _ output: String) -> Bool {
    pattern?.matches(output) ?? indices.contains { $0.contains(index) }
  }
}
