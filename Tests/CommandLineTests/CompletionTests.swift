import Foundation
import TestSupport
import Testing

/// Completions are judged by the shells themselves, where they are installed.
@Suite struct CompletionTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    for name in ["a.tflite", "b.txt", "plan.json"] { _ = try workspace.write("", to: name) }
    try workspace.makeFolder("sub")
    for shell in ["bash", "zsh", "fish"] {
      _ = try workspace.write(Tool.run("completions", shell).output, to: "c.\(shell)")
    }
  }

  /// Returns what the shell offers for the last of the words, sorted.
  private static let lines: [(words: [String], offered: [String])] = [
    (["qu"], ["quantize"]), (["completions", ""], ["bash", "fish", "zsh"]),
    (["help", "pr"], ["prune"]), (["quantize", ""], ["a.tflite", "sub"]),
    (["quantize", "a.tflite", "--mode", ""], ["dynamic", "float16", "int16x8", "int8"]),
    (["quantize", "a.tflite", "--range", "m"], ["minmax", "mse"]),
    (["quantize", "a.tflite", "--plan", ""], ["plan.json", "sub"]),
    (["quantize", "a.tflite", "--layout", ""], ["nchw", "nhwc"]),
    (["quantize", "a.tflite", "--min-s"], ["--min-sparsity", "--min-sqnr"]),
    (["quantize", "a.tflite", "--max-size", ""], []),
    (["prune", "a.tflite", "--scope", ""], ["global", "layer"]),
    (
      ["prune", "a.tflite", "--pattern", ""],
      ["2:4", "block:1x16", "block:1x4", "channels", "unstructured"]
    ),
    (["pipeline", "a.tflite", "q"], ["quantize"]),
  ]

  private static func path(_ shell: String) -> String? {
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/\(shell)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private func output(_ shell: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: shell)
    process.arguments = arguments
    process.currentDirectoryURL = workspace.folder
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test("bash offers what fits", .enabled(if: path("bash") != nil))
  func bash() throws {
    let shell = try #require(Self.path("bash"))
    for (words, offered) in Self.lines {
      let list = (["optimize"] + words).map { "'\($0)'" }.joined(separator: " ")
      let script =
        "source ./c.bash; COMP_WORDS=(\(list)); COMP_CWORD=\(words.count); _optimize; "
        + "printf '%s\\n' \"${COMPREPLY[@]}\""
      let found = try output(shell, ["--norc", "-c", script]).split(separator: "\n").sorted()
      #expect(found.map(String.init) == offered, "\(words)")
    }
  }

  @Test("fish offers what fits", .enabled(if: path("fish") != nil))
  func fish() throws {
    let shell = try #require(Self.path("fish"))
    for (words, offered) in Self.lines {
      let line = (["optimize"] + words).joined(separator: " ")
      let script = "source c.fish; complete -C '\(line)'"
      let found = try output(shell, ["--no-config", "-c", script]).split(separator: "\n")
        .map { $0.prefix { $0 != "\t" && $0 != "/" } }.sorted()
      #expect(found.map(String.init) == offered, "\(words)")
    }
  }

  /// zsh completes on a terminal only, where keys that come too early are lost, so only the script
  /// itself is checked.
  @Test("zsh reads the script", .enabled(if: path("zsh") != nil))
  func zsh() throws {
    let shell = try #require(Self.path("zsh"))
    let script = "autoload -Uz compinit; compinit -u -D; source ./c.zsh; print $_comps[optimize]"
    #expect(try output(shell, ["-f", "-c", script]) == "_optimize\n")
  }

  @Test func `Every value that is offered is one that the option takes`() {
    for line in Self.lines where line.words.count == 4 && line.words[3] != "m" {
      for value in line.offered where !["plan.json", "sub"].contains(value) {
        let arguments = Array(line.words[0..<3]) + [value]
        let error = Tool.run(arguments).error
        #expect(!error.contains("'\(value)'"), "\(arguments): \(error)")
      }
    }
    for (option, values) in [
      ("--range", ["auto", "minmax", "percentile", "mse", "entropy", "ema"]),
      ("--effort", ["0", "1", "2", "3"]), ("--io", ["float32", "int8"]),
    ] {
      let offered = Tool.run("completions", "bash").output
      for value in values {
        let run = Tool.run(
          "quantize", workspace.path("a.tflite"), "--mode", "int8", "--rep-data", "x", option,
          value)
        #expect(run.code == 2, "\(option) \(value): \(run.error)")
      }
      #expect(
        offered.contains("quantize \(option)') _optimize_offer \"\(values.joined(separator: " "))"))
    }
  }
}
