import TFLite

/// Tables: a line for each sample, or one sample in all lines.
enum TableReader: MediaReader {
  static func array(of path: String, for input: SampleInput) throws(SampleFault) -> DenseArray {
    let table = try table(path)
    let numbers = try SampleFile.decoding(path) { () throws(MediaProblem) in try table.all() }
    guard let shape = input.shape(forCount: numbers.count) else {
      throw .wrongShape(input, source: path, found: [table.rows, table.columns])
    }
    return try array(numbers, shape, for: input, source: path)
  }

  static func column(of path: String, for input: SampleInput) throws(SampleFault) -> BatchColumn {
    let table = try table(path)
    guard input.shape(forCount: table.columns) != nil else {
      guard input.shape(forCount: table.rows * table.columns) != nil else {
        throw .wrongShape(input, source: path, found: [table.rows, table.columns])
      }
      return BatchColumn(input, source: path, isPrepared: true) { _, _ throws(SampleFault) in
        try array(of: path, for: input)
      }
    }
    let count = table.rows > 1 ? table.rows : nil
    return BatchColumn(input, source: path, count: count) { index, source throws(SampleFault) in
      let numbers = try SampleFile.decoding(path) { () throws(MediaProblem) in
        try table.row(index)
      }
      guard let shape = input.shape(forCount: numbers.count) else {
        throw .wrongShape(input, source: source, found: [numbers.count])
      }
      return try array(numbers, shape, for: input, source: source)
    }
  }

  /// Returns nil: numbers are taken unchanged.
  static func sentence(for input: SampleInput) throws(Unfit) -> String? { nil }

  private static func table(_ path: String) throws(SampleFault) -> TableFile {
    let file = try SampleFile.open(path)
    return try SampleFile.decoding(path) { () throws(MediaProblem) in try TableFile(file) }
  }

  private static func array(
    _ numbers: [Double], _ shape: [Int], for input: SampleInput, source: String
  ) throws(SampleFault) -> DenseArray {
    let array = DenseArray(.float64, shape: shape, bytes: numbers.withUnsafeBytes { [UInt8]($0) })
    return try input.convert(array, source: source)
  }
}
