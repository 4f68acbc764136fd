/// A number that bounds or steers a search. Each search has its own in one table, each with what it comes
/// from.
///
/// `OPTIMIZE_LIMITS="RangeSearch.patience=8,StepSearch.share=0.1"` in the environment replaces some, for
/// `Tools/bench_limits.py`, which shows what a limit changes.
package enum SearchLimit {
  private static let replaced: [String: Double] = {
    var found: [String: Double] = [:]
    for entry in (FileSystem.environment("OPTIMIZE_LIMITS") ?? "").split(separator: ",") {
      let parts = entry.split(separator: "=")
      if parts.count == 2 { found[String(parts[0])] = Double(parts[1]) }
    }
    return found
  }()

  package static func of(_ name: String, _ standard: Double) -> Double {
    replaced[name] ?? standard
  }

  package static func of(_ name: String, _ standard: Int) -> Int {
    replaced[name].flatMap { Int(exactly: $0.rounded()) } ?? standard
  }
}
