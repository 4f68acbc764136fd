import Foundation
import TestSupport

/// Recorded data beside the tests; `Golden/record_*.py` say how it was made.
struct GoldenFile {
  /// The fields of each line but comments and the heading.
  let rows: [[String]]

  init(_ name: String) throws {
    let text = try String(
      contentsOfFile: Checkout.folder().appending(path: "Golden/\(name)").path, encoding: .utf8)
    rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
