import Foundation
import TestSupport
import Testing

/// README.md and the guides tell the truth: each command is run as it stands there.
///
/// Judge: the documents. `OPTIMIZE_RECORD=1` writes what is really printed into them, for people to read,
/// and fails the run.
@Suite struct ExampleTests {
  @Test("Commands do what the document shows", arguments: ExampleDocument.all)
  func examples(document: ExampleDocument) throws {
    let folder = try ExampleFolder()
    let (differences, printed) = try folder.run(document)
    if ProcessInfo.processInfo.environment["OPTIMIZE_RECORD"] == "1" {
      try Self.record(printed, in: document)
      Issue.record("recorded \(document.path)")
    }
    for difference in differences { Issue.record("\(document.path): \(difference)") }
  }

  /// Blocks that leave out lines are for people to edit.
  private static func record(
    _ printed: [(ExampleDocument.Block, [String])], in document: ExampleDocument
  ) throws {
    var lines = try document.lines()
    for (block, real) in printed.reversed() where !block.lines.contains("…") {
      lines.replaceSubrange(block.start..<block.start + block.lines.count, with: real)
    }
    try Data(lines.joined(separator: "\n").utf8).write(to: document.url)
  }

  @Test("Every block is a command, its output, a file or Swift", arguments: ExampleDocument.all)
  func rules(document: ExampleDocument) throws {
    for case .other(let block) in try document.parts() {
      #expect(block.language == "swift", "\(document.path), line \(block.start)")
    }
    let indented = try document.lines().filter { $0.hasPrefix("    optimize ") }
    #expect(indented.isEmpty)
  }

  @Test func `The README begins with two commands that do everything`() throws {
    let document = ExampleDocument(path: "README.md")
    let first = try #require(try document.blocks().first)
    #expect(first.language == "sh" && first.lines.count == 2)
    #expect(first.lines[0].hasPrefix("swift run -c release optimize quantize Fixtures/Models/"))
    #expect(ExampleFolder.builds.contains(first.lines[1]))
    #expect(try document.lines().count <= 350)
  }

  @Test func `A line with dots stands for any lines, and for nothing else`() {
    func matches(_ shown: String, _ real: String) -> Bool {
      ExampleFolder.matches(Array(shown).map(String.init)[...], Array(real).map(String.init)[...])
    }
    for (shown, real, same) in [
      ("abc", "abc", true), ("abc", "abd", false), ("abc", "ab", false), ("ab", "abc", false),
      ("a…c", "abbc", true), ("a…c", "ac", true), ("a…c", "abcd", false), ("…", "", true),
      ("a…c…e", "abcbcde", true), ("a…c…e", "abde", false), ("", "a", false),
    ] { #expect(matches(shown, real) == same, "\(shown) \(real)") }
  }
}
