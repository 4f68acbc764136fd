import JSON
import Platform
import Report

/// Sends a report where the options say: text to a standard stream, JSON, HTML and Markdown to their
/// files.
struct ReportSink {
  let console: Console
  /// Whether reports replace older files of the same name.
  let isReplacing: Bool

  /// Writes the text unless it is to be quiet. The text of what was done goes to standard error. That
  /// of a table that was asked for is data: it goes to standard output, unless a file goes there.
  func tell(_ report: ReportDocument, _ arguments: Arguments) {
    guard !arguments.has(Options.quiet) else { return }
    let text = report.text(verbose: arguments.has(Options.verbose))
    let isData = !report.whatIf.isEmpty && !arguments.fillOutput
    if isData { console.output(text) } else { console.error(text) }
  }

  /// Writes the files that the options ask for, and names gates that failed.
  func writeFiles(_ report: ReportDocument, _ arguments: Arguments) throws {
    try writeFiles(report, arguments, error: report.gateError)
    tellFailedGates(of: report)
  }

  /// Names every gate that failed, with `--quiet` too.
  func tellFailedGates(of report: ReportDocument) {
    console.tell(report.gates.filter { !$0.passed }.map { "error: \($0.failure)" })
  }

  /// Writes the files that the options ask for; `error` says why the exit code is not 0.
  func writeFiles(_ report: ReportDocument, _ arguments: Arguments, error: String?) throws {
    if let path = arguments[Options.html] { try write(report.html, to: path) }
    if let path = arguments[Options.markdown] {
      try write(MarkdownSummary.text(of: [report], title: Self.title(report.command)), to: path)
    }
    // If another file fails, the JSON is that of the failure.
    if let path = arguments[Options.json] { try write(report.json(error: error), to: path) }
  }

  /// Returns the command without the options that only say where things go.
  static func title(_ command: [String]) -> String {
    MarkdownSummary.escaped(command.prefix(2).joined(separator: " "))
  }

  /// An empty path is standard output.
  func write(_ json: JSONValue, to path: String) throws(SystemError) {
    try write(json.text + "\n", to: path.isEmpty ? "-" : path)
  }

  /// `-` is standard output.
  func write(_ text: String, to path: String) throws(SystemError) {
    guard path != "-" else { return console.output(text) }
    let output = try OutputFile(path: path)
    var failure: SystemError?
    var text = text
    text.withUTF8 { bytes in
      do throws(SystemError) {
        try output.write(UnsafeRawBufferPointer(bytes))
      } catch { failure = error }
    }
    if let failure { throw failure }
    try output.commit(replacing: isReplacing)
  }
}

extension ReportDocument {
  /// The first gate that failed, as an error.
  var gateError: String? { gates.first { !$0.passed }.map(\.failure) }
}
