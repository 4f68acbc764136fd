import Optimizer
import TFLiteOptimizer

/// Help texts, made of the command table.
enum Help {
  static func overview(of table: CommandTable) -> String {
    let width = table.all.map(\.name.count).max() ?? 0
    let commands = table.all.map { command in
      "  \(command.name)\(spaces(width - command.name.count + 2))\(command.summary)"
    }
    return """
      optimize makes TensorFlow Lite models smaller without hurting them.

      usage: optimize <command> MODEL [options]

      \(commands.joined(separator: "\n"))

      optimize help <command> shows a command's options, optimize --version the version.

      """
  }

  static func text(of command: Command) -> String {
    let operands = command.operands.isEmpty ? "" : " \(command.operands)"
    var text = """
      \(command.summary)

      usage: optimize \(command.name)\(operands)\(command.options.isEmpty ? "" : " [options]")

      """
    if !command.examples.isEmpty {
      text += "\n"
      for example in command.examples { text += "  optimize \(example)\n" }
    }
    guard !command.options.isEmpty else { return text }
    let width = command.options.map(\.usage.count).max() ?? 0
    text += "\n"
    for option in command.options {
      text += "  \(option.usage)\(spaces(width - option.usage.count + 2))\(option.help)\n"
    }
    return text
  }

  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(1)
    guard let name = invocation.arguments.positionals.first else {
      invocation.console.output(overview(of: invocation.table))
      return .done
    }
    guard let command = invocation.table.all.first(where: { $0.name == name }) else {
      throw UsageFault(invocation.table.unknown(name))
    }
    invocation.console.output(text(of: command))
    return .done
  }

  private static func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
  }
}
