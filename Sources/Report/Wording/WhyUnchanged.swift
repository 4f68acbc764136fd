extension ReportDocument {
  /// Notes that explain why no constant was changed: the weights by encoding, with their most
  /// frequent reasons.
  package var whyUnchanged: [String] {
    let weights = tensors.filter { $0.role == .weight }
    let considered = tensors.filter(\.isConsidered)
    var notes: [String] = []
    if weights.isEmpty { notes.append("no operator of the model has constant weights") }
    for (encoding, count) in weights.map(\.before.text).frequencies() {
      notes.append("\(Numbers.counted(count, "weight")) of type \(encoding)")
    }
    let reasons = considered.compactMap(\.reason).map(\.generalText).frequencies()
    let noun = considered.allSatisfy(\.isFloat) ? "float tensor" : "tensor"
    notes += reasons.prefix(4).map { "\(Numbers.counted($0.count, noun)): \($0.text)" }
    let already = Set(
      weights.filter { !$0.isFloat }.compactMap(\.reason).filter(\.saysAlready).map(\.text))
    notes += already.sorted().map { "the integer weights are \($0)" }
    if considered.isEmpty, already.isEmpty {
      notes.append("no float constant is left: the model is quantized already, or holds none")
    }
    return notes
  }
}
