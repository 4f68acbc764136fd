import Platform

/// The completion script for zsh.
enum ZshCompletions {
  static func text(_ table: CommandTable) -> String {
    let commands = table.all.map { "    '\($0.name):\(quoted($0.summary))'" }
    return """
      #compdef optimize

      _optimize() {
        local -a commands
        commands=(
      \(commands.joined(separator: "\n"))
        )
        if (( CURRENT == 2 )); then
          _describe command commands
          return
        fi
        shift words
        (( CURRENT-- ))
        case $words[1] in
      \(table.all.map { arguments(of: $0, table) }.joined(separator: "\n"))
        esac
      }

      if [[ $funcstack[1] == _optimize ]]; then
        _optimize "$@"
      else
        compdef _optimize optimize
      fi

      """
  }

  private static func arguments(of command: Command, _ table: CommandTable) -> String {
    let options = (command.options + Completions.help).flatMap(specifications)
    let operands = "'*:operand:\(action(.operands(of: command, table)))'"
    return "    \(command.name))\n      _arguments -s \\\n"
      + (options + [operands]).map { "        \($0)" }.joined(separator: " \\\n") + "\n      ;;"
  }

  /// Returns a specification for each name of an option.
  private static func specifications(of option: Option) -> [String] {
    let help = quoted(option.help).replacing("[", with: "\\[").replacing("]", with: "\\]")
    let value =
      option.takesValue
      ? ":\(quoted(option.value.placeholder ?? "").replacing(":", with: "\\:")):"
        + action(ValueWords(of: option)) : ""
    return option.names.map { name in
      let isLong = name.hasPrefix("--")
      switch option.value {
      case .none: return "'\(name)[\(help)]'"
      case .required: return "'*\(name)\(isLong ? "=" : "+")[\(help)]\(value)'"
      // The value only stands behind "=".
      case .optional, .pattern: return "'*\(name)=-[\(help)]:\(value)'"
      }
    }
  }

  private static func action(_ values: ValueWords) -> String {
    let globs = values.suffixes.map { "*\($0)" }.joined(separator: "|")
    // One pattern in parentheses would be a qualifier.
    let glob = values.suffixes.count > 1 ? "(\(globs))" : globs
    let files = glob.isEmpty ? "_files" : "_files -g \"\(glob)\""
    let words = values.words.map { $0.replacing(":", with: "\\:") }.joined(separator: " ")
    guard !values.words.isEmpty else { return values.takesFiles ? files : " " }
    guard values.takesFiles else { return "(\(words))" }
    return "{ compadd -- \(values.words.joined(separator: " ")); \(files) }"
  }

  private static func quoted(_ text: String) -> String { text.replacing("'", with: "'\\''") }
}
