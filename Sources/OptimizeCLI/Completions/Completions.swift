import TFLiteOptimizer

/// Completion scripts, made of the command table.
enum Completions {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(1)
    let table = invocation.table
    let text =
      switch invocation.arguments.positionals.first {
      case "bash": BashCompletions.text(table)
      case "zsh": ZshCompletions.text(table)
      case "fish": FishCompletions.text(table)
      case let other:
        throw UsageFault(
          other.map { "no completions for shell '\($0)'" } ?? "no shell given",
          help: "shells: bash, zsh, fish")
      }
    invocation.console.output(text)
    return .done
  }

  /// The options that all commands take.
  static let help = [Option("--help", short: "-h", "help on the command")]
}
