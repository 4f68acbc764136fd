/// The report about a container whose models were changed; each model has a report of its own.
package struct ContainerDocument: Sendable {
  package let toolVersion: String
  package let command: [String]
  /// Such as "ZIP bundle (.task)".
  package let kind: String
  package var input: ReportDocument.File
  package var output: ReportDocument.File?
  /// Models that were changed, and all.
  package let changed: Int
  package let models: Int
  /// Sections, models among them.
  package let sections: Int
  package var gates: [ReportDocument.Gate] = []

  package init(
    toolVersion: String, command: [String], kind: String, input: ReportDocument.File,
    changed: Int, models: Int, sections: Int
  ) {
    self.toolVersion = toolVersion
    self.command = command
    self.kind = kind
    self.input = input
    self.changed = changed
    self.models = models
    self.sections = sections
  }
}
