import TFLite

extension ReportDocument {
  /// Adds the anatomy, the statistics of each constant (of the file after, if there is one) and the
  /// sizes of the files under deflate.
  package mutating func addCompressibility(
    before: ModelFile, after: ModelFile?, _ measurement: Measurement
  ) throws {
    let first = try Anatomy.of(before)
    anatomy = Change(before: first, after: try after.map(Anatomy.of) ?? first)
    deflateBy = measurement.deflateBy
    let old = try ConstantFigures(before, measurement)
    let new = try after.map { try ConstantFigures($0, measurement) }
    compressibility = Change(
      before: old.compressibility(of: before, measurement),
      after: after.flatMap { file in new.map { $0.compressibility(of: file, measurement) } })
    for index in tensors.indices {
      tensors[index].statistics = tensors[index].reader.flatMap { (new ?? old).byReader[$0] }
    }
  }
}

extension Measurement {
  /// Returns the compressibility of a single file.
  package func compressibility(of file: ModelFile) throws -> ReportDocument.Compressibility {
    try ConstantFigures(file, self).compressibility(of: file, self)
  }
}

/// Statistics of all constants of a file.
private struct ConstantFigures {
  /// Statistics by the tensor that operators read.
  var byReader: [TensorID: ReportDocument.Statistics] = [:]
  private var statistics: [ReportDocument.Statistics] = []
  private var bytes: [Int] = []
  private var elements: [Int] = []

  init(_ file: ModelFile, _ measurement: Measurement) throws {
    var known: [UInt32: ReportDocument.Statistics] = [:]
    for constant in StoredConstant.all(in: file.model) {
      let tensor = file.model[constant.source]
      if let shared = known[tensor.buffer] {
        byReader[constant.id] = shared
        continue
      }
      guard let figures = try measurement.statistics(of: tensor, in: file) else { continue }
      known[tensor.buffer] = figures.statistics
      byReader[constant.id] = figures.statistics
      statistics.append(figures.statistics)
      bytes.append(figures.bytes)
      elements.append(figures.elements)
    }
  }

  func compressibility(
    of file: ModelFile, _ measurement: Measurement
  ) -> ReportDocument.Compressibility {
    measurement.compressibility(
      of: file.file, statistics: statistics, elementBytes: bytes, elements: elements)
  }
}
