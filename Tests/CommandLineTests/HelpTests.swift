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
    for flag in ["--help", "-h"] {
      let other = Tool.run(name, flag)
      #expect(other.code == 0 && other.output == help.output)
    }
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
