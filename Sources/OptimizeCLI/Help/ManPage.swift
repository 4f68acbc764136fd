import Platform
import TFLiteOptimizer

/// All of help as one man page, optimize(1).
struct ManPage {
  private let table: CommandTable

  init(_ table: CommandTable) { self.table = table }

  var text: String {
    var lines = [
      ".TH OPTIMIZE 1 \"\" \"optimize \(Tool.version)\"",
      ".SH NAME",
      "optimize \\- makes TensorFlow Lite models smaller without hurting them",
      ".SH SYNOPSIS",
      ".B optimize", "\\fIcommand\\fR \\fIMODEL\\fR [\\fIoptions\\fR]",
      ".SH COMMANDS",
    ]
    // Exit codes are the same for all commands.
    for command in table.all {
      lines.append(".SS \(command.name)")
      let page = Help.page(of: command, table.catalog)
      for part in page.parts where part.title != HelpTopics.exitCodesTitle {
        if let title = part.title { lines += [".PP", "\\fI\(Self.escaped(title)):\\fR"] }
        lines += part.blocks.flatMap { Self.lines($0) }
      }
    }
    lines.append(".SH EXIT STATUS")
    lines += Self.lines(.rows(HelpTopics.exitCodes))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ block: HelpPage.Block) -> [String] {
    switch block {
    case .paragraph(let text): [".PP", escaped(text)]
    case .usage(let text): [".PP", ".B \(escaped(text))"]
    case .rows(let rows):
      rows.flatMap { [".TP", ".B \(escaped($0.term))", escaped($0.text)] }
    case .examples(let examples):
      [".PP", ".nf"] + examples.map { escaped("    optimize \($0)") } + [".fi"]
    }
  }

  /// A dash is a minus, so that options can be copied, and no line is taken for a request.
  private static func escaped(_ text: String) -> String {
    var text = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
    text = text.replacing("…", with: "...")
    return text.hasPrefix(".") || text.hasPrefix("'") ? "\\&\(text)" : text
  }
}
