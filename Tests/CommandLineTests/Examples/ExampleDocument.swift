import Foundation
import TestSupport

/// A document for people whose commands the tests run.
///
/// Blocks named `sh` hold commands. A block named `text` after it is what they print, on standard output
/// and standard error; a line `…` in it stands for any lines. A command exits with 0, or as its comment
/// `# exit N` says. Blocks of other languages are files, whose name follows the language.
struct ExampleDocument: CustomStringConvertible {
  /// The path below the checkout.
  let path: String

  static let all = (["README.md"] + names(in: "Guides").map { "Guides/\($0)" })
    .map(ExampleDocument.init)

  private static func names(in folder: String) -> [String] {
    let path = Checkout.root.appending(path: folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
      .filter { $0.hasSuffix(".md") }
  }

  struct Block {
    var language: String
    /// What follows the language.
    var file: String
    /// The index of the first line of its content.
    var start: Int
    var lines: [String]
  }

  struct Command {
    let text: String
    let exitCode: Int32
  }

  enum Part {
    case file(name: String, lines: [String])
    /// Commands and the block with what they print.
    case commands([Command], shown: Block?)
    /// Code for the compiler, or a block that follows no rule.
    case other(Block)
  }

  var description: String { path }
  var url: URL { Checkout.root.appending(path: path) }

  func lines() throws -> [String] {
    try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n")
  }

  func blocks() throws -> [Block] {
    var blocks: [Block] = []
    var open: Block?
    for (index, line) in try lines().enumerated() {
      guard line.hasPrefix("```") else {
        open?.lines.append(line)
        continue
      }
      if let block = open {
        blocks.append(block)
        open = nil
      } else {
        let words = line.dropFirst(3).split(separator: " ", maxSplits: 1).map(String.init)
        open = Block(
          language: words.first ?? "", file: words.dropFirst().first ?? "", start: index + 1,
          lines: [])
      }
    }
    return blocks
  }

  func parts() throws -> [Part] {
    var parts: [Part] = []
    for block in try blocks() {
      if block.language == "sh" {
        parts.append(.commands(Self.commands(block.lines), shown: nil))
      } else if block.language == "text", case .commands(let commands, nil) = parts.last {
        parts[parts.count - 1] = .commands(commands, shown: block)
      } else if block.file.isEmpty {
        parts.append(.other(block))
      } else {
        parts.append(.file(name: block.file, lines: block.lines))
      }
    }
    return parts
  }

  /// Lines that end with a backslash go on in the next one.
  private static func commands(_ lines: [String]) -> [Command] {
    lines.joined(separator: "\n").replacingOccurrences(of: "\\\n", with: " ")
      .components(separatedBy: "\n").filter { !$0.isEmpty }
      .map { line in
        let code = line.firstMatch(of: /\s# exit (\d+)/).flatMap { Int32($0.1) }
        return Command(text: line, exitCode: code ?? 0)
      }
  }
}
