/// Why a step with the given options is not possible.
package struct StepFault: Error, Equatable, Sendable {
  package let message: String
  package let help: String?

  package init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }
}

/// Returns the candidate within a few typing errors of `word`, or nil. One error in four letters is
/// likely; other digits are no error, so `int4` is not taken for `int8`.
package func closest(to word: String, among candidates: [String]) -> String? {
  let word = word.lowercased()
  let letters = word.drop { $0 == "-" }
  guard letters.count > 1 else { return nil }
  let digits = word.filter(\.isNumber).sorted()
  let ranked = candidates.compactMap { candidate -> (name: String, distance: Int)? in
    let others = candidate.filter(\.isNumber).sorted()
    guard digits == others || digits.count != others.count else { return nil }
    return (candidate, editDistance(word, candidate.lowercased()))
  }
  guard let best = ranked.min(by: { $0.distance < $1.distance }),
    best.distance <= max(1, letters.count / 3)
  else { return nil }
  return best.name
}

/// Returns `; did you mean 'X'?` with the candidate that is closest to `word`, or nothing.
package func suggestion(for word: String, among candidates: [String]) -> String {
  closest(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
}

/// Returns the Levenshtein distance; a transposition of neighbours counts once.
private func editDistance(_ a: String, _ b: String) -> Int {
  let a = Array(a)
  let b = Array(b)
  var rows = [Array(0...b.count)]
  for i in a.indices {
    var row = [i + 1]
    for j in b.indices {
      var cost = min(rows[i][j] + (a[i] == b[j] ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
        cost = min(cost, rows[i - 1][j - 1] + 1)
      }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
