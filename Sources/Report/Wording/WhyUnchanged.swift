extension ReportDocument {
  /// Notes that explain why no constant was changed: the weights by encoding, with their most
  /// frequent reasons.
  package var whyUnchanged: [String] {
    let weights = tensors.filter { $0.role == .weight }
    let considered = tensors.filter(\.isConsidered)
    var notes: [String] = []
    var encodings: [String: Int] = [:]
    for weight in weights { encodings[weight.before.text, default: 0] += 1 }
    if weights.isEmpty { notes.append("no operator of the model has constant weights") }
    for (encoding, count) in encodings.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      notes.append("\(Numbers.counted(count, "weight")) of type \(encoding)")
    }
    var reasons: [String: Int] = [:]
    for reason in considered.compactMap(\.reason) { reasons[reason.generalText, default: 0] += 1 }
    let noun = considered.allSatisfy(\.isFloat) ? "float tensor" : "tensor"
    let frequent = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    notes += frequent.prefix(4).map { "\(Numbers.counted($0.value, noun)): \($0.key)" }
    let already = Set(
      weights.filter { !$0.isFloat }.compactMap(\.reason).filter(\.saysAlready).map(\.text))
    notes += already.sorted().map { "the integer weights are \($0)" }
    if considered.isEmpty, already.isEmpty {
      notes.append("no float constant is left: the model is quantized already, or holds none")
    }
    return notes
  }
}
