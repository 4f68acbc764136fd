/// The completion script for bash.
enum BashCompletions {
  static func text(_ table: CommandTable) -> String {
    let names = table.all.map(\.name).joined(separator: " ")
    return """
      # Offers words ($1) and files that end with one of the suffixes ($2; "." for all files).
      _optimize_offer() {
        local suffix file
        COMPREPLY=($(compgen -W "$1" -- "$cur"))
        [[ -n $2 ]] || return
        while IFS= read -r file; do
          if [[ -d $file ]]; then
            COMPREPLY+=("$file")
            continue
          fi
          for suffix in $2; do
            if [[ $suffix == . || $file == *"$suffix" ]]; then COMPREPLY+=("$file"); fi
          done
        done < <(compgen -f -- "$cur")
      }

      _optimize() {
        local cur="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" word
        COMPREPLY=()
        # "=" is a word of its own.
        if [[ $cur == "=" ]]; then
          cur=""
        elif [[ $previous == "=" ]]; then
          previous="${COMP_WORDS[COMP_CWORD-2]}"
        fi
        if ((COMP_CWORD == 1)); then
          _optimize_offer "\(names) --help --version" ""
          return
        fi
        case "${COMP_WORDS[1]} $previous" in
      \(table.all.flatMap(values).joined(separator: "\n"))
        esac
        case "${COMP_WORDS[1]}" in
      \(table.all.map { operands(of: $0, table) }.joined(separator: "\n"))
        esac
      }
      complete -o filenames -F _optimize optimize

      """
  }

  /// Returns cases for the options that take values.
  private static func values(of command: Command) -> [String] {
    command.options.filter(\.takesRequiredValue).map { option in
      let patterns = option.names.map { "'\(command.name) \($0)'" }.joined(separator: "|")
      return "    \(patterns)) \(offer(ValueWords(of: option))); return ;;"
    }
  }

  private static func operands(of command: Command, _ table: CommandTable) -> String {
    let options = (command.options + Completions.help).flatMap(\.names).joined(separator: " ")
    return "    \(command.name)) if [[ $cur == -* ]]; then _optimize_offer \"\(options)\" \"\"; "
      + "else \(offer(.operands(of: command, table))); fi ;;"
  }

  private static func offer(_ values: ValueWords) -> String {
    let files = values.takesFiles && values.suffixes.isEmpty ? ["."] : values.suffixes
    return "_optimize_offer \"\(values.words.joined(separator: " "))\" "
      + "\"\(files.joined(separator: " "))\""
  }
}
