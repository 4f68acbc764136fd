import Foundation
import TestSupport
import Testing

/// Which commands there are and how help is asked for; `UsageTests` keeps the texts.
@Suite struct HelpTests {
  static let commands = [
    "quantize", "cluster", "pipeline", "calibrate", "inspect", "report", "compare", "debug",
    "evaluate",
    "run", "bench", "operators", "passes", "completions", "help",
  ]

  @Test("Help of a command says what it takes", arguments: commands)
  func command(name: String) {
    let help = Tool.run("help", name)
    #expect(help.code == 0 && help.error.isEmpty)
    #expect(help.output.contains("usage: optimize \(name)"))
    let other = Tool.run(name, "--help")
    #expect(other.code == 0 && other.output == help.output)
    #expect(help.output.contains("exit codes:\n  0   done, every gate met\n"))
    let short = Tool.run(name, "-h")
    #expect(short.code == 0 && short.output.contains("usage: optimize \(name)"))
    #expect(short.output.count < help.output.count)
  }

  @Test("Help is at most 80 columns wide", arguments: commands)
  func width(name: String) {
    for text in [Tool.run("help", name).output, Tool.run(name, "-h").output, Tool.run("-h").output]
    {
      for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
    }
  }

  @Test("Each option of a command stands in one section of its help", arguments: commands)
  func sections(name: String) {
    let bash = Tool.run("completions", "bash").output
    let line = bash.split(separator: "\n").first { $0.hasPrefix("    \(name)) if") } ?? ""
    let options = line.matches(of: /--[a-z0-9-]+/).map { String($0.output) }
    let help = Tool.run("help", name).output
    for option in options where option != "--help" {
      let pattern = try! Regex("\n  (-., )?\(option)[ \n]")
      #expect(help.matches(of: pattern).count == 1, "\(option)")
    }
  }

  @Test func `A page says what the model may be and where the result goes`() {
    let page = Tool.run("help", "quantize").output.replacing("\n", with: " ")
    for text in [
      "or - for standard input", "model.float16.tflite, model.dynamic.tflite", "--rep-data takes",
      "choosing tensors:", "quality gates:", "size gates:",
    ] { #expect(page.contains(text), "\(text)") }
    let inspect = Tool.run("help", "inspect").output.replacing("\n", with: " ")
    #expect(inspect.contains("or - for standard input") && !inspect.contains("Without -o"))
  }

  @Test func `A model in the place of a command gets the command that its options belong to`() {
    for (arguments, command) in [
      (["m.tflite"], "inspect"), (["m.tflite", "--mode", "int8"], "quantize"),
      (["dir/m", "--clusters", "8"], "cluster"), (["m.tflite", "--sparsity=0.5"], "prune"),
      ([Fixtures.path("bmm"), "--per-operator"], "bench"), (["m.tflite", "n.tflite"], "quantize"),
    ] {
      let run = Tool.run(arguments)
      #expect(run.code == 64)
      #expect(
        run.error.hasPrefix("error: '\(arguments[0])' is a model, and the command is missing"))
      let line = "help: such as: optimize \(command) \(arguments.joined(separator: " "));"
      #expect(run.error.contains(line), "\(run.error)")
    }
  }

  @Test(
    "The man page has every command and no warning of groff",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/groff")))
  func manPage() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/groff")
    process.arguments = ["-man", "-Tascii", "-ww", "-z"]
    let (input, errors) = (Pipe(), Pipe())
    (process.standardInput, process.standardError) = (input, errors)
    try process.run()
    let page = Tool.run("help", "--man").output
    try input.fileHandleForWriting.write(contentsOf: Data(page.utf8))
    try input.fileHandleForWriting.close()
    let said = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(
      process.terminationStatus == 0 && said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    for name in Self.commands { #expect(page.contains("\n.SS \(name)\n")) }
  }

  @Test func `The overview lists every command`() {
    let help = Tool.run("help")
    #expect(help.code == 0)
    #expect(Tool.run("--help").output == help.output)
    #expect(Tool.run("-h").output == help.output)
    for name in Self.commands { #expect(help.output.contains("\n  \(name) ")) }
  }

  @Test func `No arguments are a usage error with the overview`() {
    let run = Tool.run([])
    #expect(run.code == 64 && run.output.isEmpty)
    #expect(run.error == Tool.run("help").output)
  }

  @Test func `The version is one line`() {
    let run = Tool.run("--version")
    #expect(run.code == 0 && run.output.wholeMatch(of: /optimize \d+\.\d+\.\d+\n/) != nil)
  }

  @Test func `Operators and passes are listed`() {
    let operators = Tool.run("operators")
    #expect(operators.code == 0 && operators.output.contains("FULLY_CONNECTED"))
    let passes = Tool.run("passes")
    #expect(passes.code == 0 && passes.output.contains("fold-constants"))
  }

  @Test("Completions know every command and option", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) {
    let run = Tool.run("completions", shell)
    #expect(run.code == 0)
    for name in Self.commands { #expect(run.output.contains(name)) }
    let options = shell == "fish" ? ["-l max-size", "-s o"] : ["--max-size", "-o"]
    for option in options { #expect(run.output.contains(option)) }
  }
}
