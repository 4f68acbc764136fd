import JSON
import Platform
import Report

/// Sends a report where the options say: text to standard error, JSON and HTML to their files.
struct ReportSink {
  let console: Console
  /// Whether reports replace older files of the same name.
  var isReplacing = true

  func publish(_ report: ReportDocument, _ arguments: Arguments) throws {
    try writeFiles(report, arguments)
    if !arguments.has(Options.quiet) {
      console.error(report.text(verbose: arguments.has(Options.verbose)))
    }
  }

  /// Writes the JSON and the HTML that the options ask for.
  func writeFiles(_ report: ReportDocument, _ arguments: Arguments) throws {
    if let path = arguments[Options.json] { try write(report.json, to: path) }
    if let path = arguments[Options.html] { try write(report.html, to: path) }
  }

  /// An empty path is standard output.
  func write(_ json: JSONValue, to path: String) throws(SystemError) {
    let text = json.text + "\n"
    if path.isEmpty { console.output(text) } else { try write(text, to: path) }
  }

  /// `-` is standard output.
  func write(_ text: String, to path: String) throws(SystemError) {
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
