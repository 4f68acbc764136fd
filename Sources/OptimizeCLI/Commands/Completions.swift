import TFLiteOptimizer

/// Completion scripts, made of the command table.
enum Completions {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(1)
    let table = invocation.table
    switch invocation.arguments.positionals.first {
    case "bash": invocation.console.output(bash(table))
    case "zsh":
      invocation.console.output("autoload -U +X bashcompinit && bashcompinit\n" + bash(table))
    case "fish": invocation.console.output(fish(table))
    case let other:
      throw UsageFault(
        other.map { "no completions for shell '\($0)'" } ?? "no shell given",
        help: "shells: bash, zsh, fish")
    }
    return .done
  }

  private static func bash(_ table: CommandTable) -> String {
    let cases = table.all.map { command in
      "    \(command.name)) words=\"\(command.options.flatMap(\.names).joined(separator: " "))\" ;;"
    }
    return """
      _optimize() {
        local words
        if [ "$COMP_CWORD" -eq 1 ]; then
          words="\(table.all.map(\.name).joined(separator: " ")) --help --version"
          COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
          return
        fi
        case "${COMP_WORDS[1]}" in
      \(cases.joined(separator: "\n"))
        esac
        case "${COMP_WORDS[COMP_CWORD]}" in
          -*) COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")) ;;
          *) COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")) ;;
        esac
      }
      complete -o filenames -F _optimize optimize

      """
  }

  private static func fish(_ table: CommandTable) -> String {
    var lines = table.all.map { command in
      "complete -c optimize -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.summary))'"
    }
    for command in table.all {
      for option in command.options {
        let short = option.short.map { "-s \($0.dropFirst()) " } ?? ""
        let name = "\(short)-l \(option.name.dropFirst(2))"
        let value = if case .required = option.value { " -r" } else { "" }
        lines.append(
          "complete -c optimize -n '__fish_seen_subcommand_from \(command.name)' \(name)\(value)"
            + " -d '\(quoted(option.help))'")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String {
    String(text.flatMap { $0 == "'" ? "\\'" : "\($0)" })
  }
}
