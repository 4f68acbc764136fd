extension ReportDocument {
  /// The report as one file for a browser: HTML that is also well-formed XML, loads nothing, and
  /// is the same for the same report.
  package var html: String { HTMLPage(report: self).markup.text }
}
