import Foundation
import Samples
import TestSupport
import Testing

/// People at a terminal see what the tool is busy with, and colours; pipes and files get neither.
@Suite(.enabled(if: Executable.path != nil)) struct ProgressTests {
  private let workspace: Workspace
  private let model: String
  private let slow: [String]

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
    let samples = try workspace.writeZeros(of: 12_000, [16, 16, 1], to: "many.npy")
    slow = ["compare", model, model, "--rep-data", samples]
  }

  /// The lines of progress, each as it stood after the last return to the line's begin.
  private func lines(_ screen: String) -> [String] {
    screen.components(separatedBy: "\r\u{1B}[K").dropFirst().map {
      String($0.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" })
    }
  }

  @Test("A line says what is done and how long it takes", arguments: [80, 40, 20])
  func line(columns: Int) throws {
    let terminal = try #require(PseudoTerminal(columns: UInt16(columns)))
    let start = ContinuousClock.now
    let run = try terminal.run(slow, environment: ["TERM": "xterm"])
    let seconds = start.duration(to: .now) / .seconds(1)
    let lines = lines(run.screen)
    #expect(run.code == 0 && lines.contains { $0.hasPrefix("compar") }, "\(run.screen)")
    #expect(lines.allSatisfy { $0.count < columns })
    #expect(columns < 40 || lines.contains { $0.contains(" of 12000") })
    // The line is cleared in the end, and ten a second are enough.
    #expect(lines.last?.isEmpty == true)
    #expect(Double(lines.count) < 12 * seconds + 12)
    #expect(run.output.contains("exact"))
  }

  @Test func `No progress in pipes, on dumb terminals, and if people want quiet`() throws {
    let output = workspace.folder.appending(path: "out.txt")
    let piped = try Executable.run(slow, in: workspace.folder, output: output)
    #expect(piped.code == 0 && piped.error.isEmpty)
    for (arguments, kind) in [(slow, "dumb"), (slow, ""), (slow + ["--quiet"], "xterm")] {
      let terminal = try #require(PseudoTerminal(columns: 80))
      let run = try terminal.run(arguments, environment: ["TERM": kind])
      #expect(run.code == 0 && run.screen.isEmpty, "\(kind)")
    }
  }

  @Test func `Colours mark errors and verdicts on a terminal unless NO_COLOR is set`() throws {
    let arguments = ["quantize", model, "--mode", "dynamic", "--max-size", "1k", "--dry-run"]
    for (variable, isColoured) in [("", true), ("1", false)] {
      let terminal = try #require(PseudoTerminal(columns: 80))
      let run = try terminal.run(
        arguments, environment: ["TERM": "xterm", "NO_COLOR": variable])
      #expect(run.code == 1)
      #expect(run.screen.contains("\u{1B}[1;31mFAILED\u{1B}[0m") == isColoured)
      #expect(run.screen.contains("\u{1B}") == isColoured)
    }
    let plain = Tool.run(arguments)
    #expect(plain.error.contains(" FAILED") && !plain.error.contains("\u{1B}"))
  }

  @Test func `Progress changes no byte of the result`() throws {
    let samples = try workspace.writeZeros(of: 20_000, [16, 16, 1], to: "fewer.npy")
    func arguments(_ name: String) -> [String] {
      [
        "quantize", model, "--mode", "int8", "--effort", "0", "--rep-data", samples, "-o",
        workspace.path(name),
      ]
    }
    let terminal = try #require(PseudoTerminal(columns: 80))
    let watched = try terminal.run(arguments("a"), environment: ["TERM": "xterm"])
    #expect(watched.code == Tool.run(arguments("b")).code)
    #expect(workspace.bytes("a") == workspace.bytes("b"))
  }
}
