import Report
import TFLite

extension ReportDocument {
  /// The sizes and the compressibility of one file, or of one before and after.
  package init(
    of first: ModelFile, _ path: String, after second: (file: ModelFile, path: String)?,
    _ measurement: Measurement, command: [String]
  ) throws {
    let after = second?.file ?? first
    self.init(
      toolVersion: Tool.version, command: command,
      input: .init(
        path: path, bytes: first.bytes.count, sha256: Measurement.sha256(first.file)),
      minRuntime: .init(
        before: first.model.leastRuntime?.description,
        after: after.model.leastRuntime?.description))
    if let second {
      output = .init(
        path: second.path, bytes: second.file.bytes.count,
        sha256: Measurement.sha256(second.file.file))
    }
    try addTables(first, second?.file, measurement)
    warnings = first.warnings
  }

  /// A report on two models that are to be compared.
  package init(
    comparing first: ModelFile, _ path: String, with second: ModelFile, _ other: String,
    command: [String]
  ) {
    self.init(
      toolVersion: Tool.version, command: command,
      input: .init(path: path, bytes: first.bytes.count),
      minRuntime: .init(
        before: first.model.leastRuntime?.description,
        after: second.model.leastRuntime?.description))
    output = .init(path: other, bytes: second.bytes.count)
    warnings = first.warnings + second.warnings
  }

  /// Adds the tables and the compressibility of one file, or of two whoever made them.
  package mutating func addTables(
    _ first: ModelFile, _ second: ModelFile?, _ measurement: Measurement
  ) throws {
    fillTables(first, second)
    try addCompressibility(before: first, after: second, measurement)
  }

  private mutating func fillTables(_ first: ModelFile, _ second: ModelFile?) {
    let builder = ReportBuilder(before: first.model, after: (second ?? first).model)
    guard let second else { return builder.fill(&self) }
    builder.fill(&self) { one, other in
      guard case .file(let range)? = first.model.data(of: one),
        case .file(let otherRange)? = second.model.data(of: other), range.count == otherRange.count
      else { return false }
      defer {
        first.file.release(range)
        second.file.release(otherRange)
      }
      return first.bytes[range].elementsEqual(second.bytes[otherRange])
    }
  }

  package mutating func addDigests(_ first: ModelFile, _ second: ModelFile) {
    input.sha256 = Measurement.sha256(first.file)
    output?.sha256 = Measurement.sha256(second.file)
  }
}
