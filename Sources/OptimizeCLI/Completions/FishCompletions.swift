import Platform

/// The completion script for fish.
enum FishCompletions {
  static func text(_ table: CommandTable) -> String {
    var lines = [files, "complete -c optimize -f"]
    lines += table.all.map { command in
      "complete -c optimize -n __fish_use_subcommand -a \(command.name) -d '\(quoted(command.summary))'"
    }
    for command in table.all {
      let condition = "complete -c optimize -n '__fish_seen_subcommand_from \(command.name)'"
      lines += (command.options + Completions.help).map { "\(condition) \(facts(of: $0))" }
      let offered = offer(.operands(of: command, table))
      if !offered.isEmpty { lines.append("\(condition) \(offered)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A function that offers folders, and files that end with one of its arguments.
  private static let files = #"""
    function __optimize_files
      set -l token (commandline -ct | string replace -r -- '^-[^=]*=' '')
      for file in (complete -C "'' $token" | string replace -r '\t.*' '')
        string match -q -- '*/' $file; and echo $file; and continue
        for suffix in $argv
          string match -q -- "*$suffix" $file; and echo $file
        end
      end
    end
    """#

  private static func facts(of option: Option) -> String {
    var facts = option.short.map { ["-s \($0.dropFirst())"] } ?? []
    facts.append("-l \(option.name.dropFirst(2))")
    if option.takesRequiredValue {
      let values = ValueWords(of: option)
      facts.append(values.takesFiles && values.suffixes.isEmpty ? "-r" : "-x")
      facts.append(offer(values))
    }
    facts.append("-d '\(quoted(option.help))'")
    return facts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func offer(_ values: ValueWords) -> String {
    var words = values.words
    if !values.suffixes.isEmpty {
      words.append("(__optimize_files \(values.suffixes.joined(separator: " ")))")
    }
    let files = values.takesFiles && values.suffixes.isEmpty ? "-F" : ""
    let offered = words.isEmpty ? "" : "-a \"\(words.joined(separator: " "))\""
    return [files, offered].filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func quoted(_ text: String) -> String { text.replacing("'", with: "\\'") }
}
