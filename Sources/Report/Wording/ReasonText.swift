/// What is read out of reasons, which are sentences.
enum ReasonText {
  /// A reason without the figures and names that differ from tensor to tensor.
  static func general(_ reason: String) -> String {
    for least in ["1024", "256"] where reason.hasSuffix("below the least of \(least)") {
      return "below the least of \(least) elements"
    }
    if let quote = reason.firstIndex(of: "'"), reason.hasPrefix("shares its data") {
      return reason[..<quote] + "another tensor, which stays as it is"
    }
    return reason
  }

  /// Whether the tensor was left alone because it is what a step would have made of it.
  static func isAlready(_ reason: String) -> Bool { reason.hasPrefix("already") }
}
