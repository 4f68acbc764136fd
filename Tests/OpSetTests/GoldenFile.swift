import Foundation

/// Recorded data beside the tests; `Golden/record_*.py` say how it was made.
struct GoldenFile {
  /// The fields of each line but comments and the heading.
  let rows: [[String]]

  init(_ name: String) throws {
    let text = try String(
      contentsOfFile: packageFolder + "/Tests/OpSetTests/Golden/" + name, encoding: .utf8)
    rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}

/// The folder with Package.swift.
let packageFolder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
