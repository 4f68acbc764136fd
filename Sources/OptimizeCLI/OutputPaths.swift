import Platform

/// The files that a command reads and writes; no written one may stand where another does.
struct OutputPaths {
  var inputs: [String]
  /// The model; nil where none is written, "-" for standard output.
  var model: String?
  var reports: [String]

  /// Paths compare resolved, so that a link or another spelling does no harm.
  func check() throws(UsageFault) {
    var taken: [String: String] = [:]
    for input in inputs where input != "-" { taken[FileSystem.canonical(input)] = "the input" }
    if let model, model != "-", !FileSystem.isSpecial(model) {
      let place = FileSystem.canonical(model)
      guard taken[place] == nil else {
        throw UsageFault("output and input are the same file: '\(model)'")
      }
      taken[place] = "the output"
    }
    for report in reports where !report.isEmpty && !FileSystem.isSpecial(report) {
      let place = FileSystem.canonical(report)
      if let other = taken[place] {
        throw UsageFault("the report '\(report)' would replace \(other)")
      }
      taken[place] = "another report"
    }
  }
}

/// A report that could not be written, and the model that was written before it, if any.
struct ReportFault: Error {
  let cause: SystemError
  let written: String?
}
