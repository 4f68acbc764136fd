import Optimizer
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
    try fillTables(first, second)
    try addCompressibility(before: first, after: second, measurement)
  }

  private mutating func fillTables(_ first: ModelFile, _ second: ModelFile?) throws {
    let builder = ReportBuilder(before: first.model, after: (second ?? first).model)
    guard let second else { return builder.fill(&self) }
    try builder.fill(
      &self, hasSameData: { first.hasSameData($0, as: $1, in: second) },
      weightError: { try first.relativeError(of: $0, in: second, as: $1) })
  }

  package mutating func addDigests(_ first: ModelFile, _ second: ModelFile) {
    input.sha256 = Measurement.sha256(first.file)
    output?.sha256 = Measurement.sha256(second.file)
  }
}

extension ModelFile {
  /// Whether the stored bytes of two constants are equal.
  fileprivate func hasSameData(
    _ id: TensorID, as otherID: TensorID, in other: ModelFile
  ) -> Bool {
    guard case .file(let range)? = model.data(of: id),
      case .file(let otherRange)? = other.model.data(of: otherID), range.count == otherRange.count
    else { return false }
    defer {
      file.release(range)
      other.file.release(otherRange)
    }
    return bytes[range].elementsEqual(other.bytes[otherRange])
  }
}
