import Platform

/// Numbers as text: a row each line, between commas, semicolons, tabs or spaces.
///
/// Empty lines and a first line that has a word, the columns' names, are no rows.
struct TableFile: Sendable {
  let columns: Int
  private let file: MappedFile
  private let lines: [Range<Int>]
  private let separator: UInt8?

  var path: String { file.path }
  var rows: Int { lines.count }

  init(_ file: MappedFile) throws(MediaProblem) {
    self.file = file
    var lines = Self.lines(of: file.bytes)
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let first = lines.first.map { file.bytes[$0] } ?? file.bytes[0..<0]
    let separator = separators.first { first.contains($0) }
    self.separator = separator
    if let line = lines.first,
      Self.fields(file.bytes, line, separator).contains(where: { Self.number($0) == nil })
    {
      lines.removeFirst()
    }
    self.lines = lines
    guard let line = lines.first else {
      throw MediaProblem(format: .csv, reason: .corrupt("it has no numbers"), offset: 0)
    }
    columns = Self.fields(file.bytes, line, separator).count
  }

  /// Returns the numbers of a row, which must exist.
  func row(_ index: Int) throws(MediaProblem) -> [Double] {
    let fields = Self.fields(file.bytes, lines[index], separator)
    guard fields.count == columns else {
      throw problem("row \(index + 1) has \(fields.count) columns, the first has \(columns)", index)
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(columns)
    for field in fields {
      guard let number = Self.number(field) else {
        throw problem("row \(index + 1) has '\(field.prefix(40))', which is no number", index)
      }
      numbers.append(number)
    }
    return numbers
  }

  func all() throws(MediaProblem) -> [Double] {
    var numbers: [Double] = []
    for index in lines.indices { numbers += try row(index) }
    return numbers
  }

  private func problem(_ what: String, _ row: Int) -> MediaProblem {
    MediaProblem(format: .csv, reason: .corrupt(what), offset: lines[row].lowerBound)
  }

  private static func lines(of bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
    var lines: [Range<Int>] = []
    // A UTF-8 byte order mark is not part of the first field.
    var start = bytes.prefix(3).elementsEqual([0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      if bytes[start..<end].contains(where: { $0 > 32 }) { lines.append(start..<end) }
      start = end + 1
    }
    return lines
  }

  private static func fields(
    _ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ separator: UInt8?
  ) -> [String] {
    let text = [UInt8](bytes[line])
    let parts: [ArraySlice<UInt8>] =
      if let separator {
        text.split(separator: separator, omittingEmptySubsequences: false)
      } else {
        text.split { $0 <= 32 }
      }
    return parts.map { part in
      let isEdge = { (byte: UInt8) in byte <= 32 || byte == UInt8(ascii: "\"") }
      var inner = part.drop(while: isEdge)
      while let last = inner.last, isEdge(last) { inner.removeLast() }
      return String(decoding: inner, as: UTF8.self)
    }
  }

  private static func number(_ field: String) -> Double? { Double(field) }
}
