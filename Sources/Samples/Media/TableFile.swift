import Platform

/// Numbers as text: one row per line, separated by commas, semicolons, tabs or spaces.
///
/// Empty lines are not rows; nor is a first line with a word, which has the columns' names.
struct TableFile: Sendable {
  let rows: Int
  let columns: Int
  private let file: MappedFile
  /// The positions of every `step`-th row, in bytes.
  private let starts: [Int]
  private let step: Int
  private let separator: UInt8?

  /// The most positions of rows that are kept, which limits memory. Rows between them are found
  /// again each time.
  private static let mostStarts = 1 << 16
  private static let readAtOnce = 1 << 22

  var path: String { file.path }

  init(_ file: MappedFile) throws(MediaProblem) {
    self.file = file
    let bytes = file.bytes
    // A mark of UTF-8 is no part of the first field.
    let start = bytes.prefix(3).elementsEqual([0xEF, 0xBB, 0xBF]) ? 3 : 0
    var line = Self.line(of: bytes, from: start)
    let separators = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let first = line.map { bytes[$0] } ?? bytes[0..<0]
    let separator = separators.first { first.contains($0) }
    self.separator = separator
    if let names = line,
      Fields(bytes, names, separator).contains(where: { Self.number($0) == nil })
    {
      line = Self.line(of: bytes, from: names.upperBound)
    }
    guard let line else {
      throw MediaProblem(format: .csv, reason: .corrupt("it has no numbers"), offset: 0)
    }
    columns = Fields(bytes, line, separator).reduce(0) { count, _ in count + 1 }
    (starts, step, rows) = Self.starts(of: file, from: line.lowerBound)
  }

  private static func starts(of file: MappedFile, from first: Int) -> ([Int], step: Int, rows: Int)
  {
    var (starts, step, rows) = ([Int](), 1, 0)
    var (position, released) = (first, 0)
    while let line = line(of: file.bytes, from: position) {
      if rows % step == 0 { starts.append(line.lowerBound) }
      if starts.count > mostStarts {
        starts = starts.indices.filter { $0 % 2 == 0 }.map { starts[$0] }
        step *= 2
      }
      rows += 1
      position = line.upperBound
      if position - released > readAtOnce {
        file.releaseAround(released..<position)
        released = position
      }
    }
    return (starts, step, rows)
  }

  /// Returns the numbers of a row, which must exist.
  func row(_ index: Int) throws(MediaProblem) -> [Double] {
    let line = line(index)
    defer { file.releaseAround(starts[index / step]..<line.upperBound) }
    return try numbers(of: line, index)
  }

  func all() throws(MediaProblem) -> [Double] {
    var numbers: [Double] = []
    var position = starts[0]
    for index in 0..<rows {
      guard let line = Self.line(of: file.bytes, from: position) else { break }
      numbers += try self.numbers(of: line, index)
      position = line.upperBound
    }
    return numbers
  }

  private func line(_ index: Int) -> Range<Int> {
    let start = starts[index / step]
    var line = start..<start
    for _ in 0...index % step {
      line = Self.line(of: file.bytes, from: line.upperBound) ?? line
    }
    return line
  }

  private func numbers(of line: Range<Int>, _ row: Int) throws(MediaProblem) -> [Double] {
    let fields = Fields(file.bytes, line, separator)
    let count = fields.reduce(0) { count, _ in count + 1 }
    func problem(_ what: String) -> MediaProblem {
      MediaProblem(
        format: .csv, reason: .corrupt("row \(row + 1) has \(what)"), offset: line.lowerBound)
    }
    guard count == columns else { throw problem("\(count) columns, the first has \(columns)") }
    var numbers: [Double] = []
    numbers.reserveCapacity(columns)
    for field in fields {
      guard let number = Self.number(field) else {
        throw problem("'\(field.prefix(40))', which is no number")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Returns the first line from `position` on that is not empty, without its end.
  private static func line(of bytes: UnsafeRawBufferPointer, from position: Int) -> Range<Int>? {
    var start = position
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      if bytes[start..<end].contains(where: { $0 > 32 }) { return start..<end }
      start = end + 1
    }
    return nil
  }

  private static func number(_ field: String) -> Double? { Double(field) }
}

/// The fields of a line, without quotation marks and white space around them.
private struct Fields: Sequence, IteratorProtocol {
  private let bytes: UnsafeRawBufferPointer
  private let separator: UInt8?
  /// The rest of the line; nil after the last field.
  private var rest: Range<Int>?

  /// Without `separator`, any amount of white space separates fields.
  init(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ separator: UInt8?) {
    self.bytes = bytes
    self.separator = separator
    rest = line
  }

  mutating func next() -> String? {
    guard var rest else { return nil }
    if separator == nil {
      guard let start = bytes[rest].firstIndex(where: { $0 > 32 }) else {
        self.rest = nil
        return nil
      }
      rest = start..<rest.upperBound
    }
    let end = bytes[rest].firstIndex { separator == nil ? $0 <= 32 : $0 == separator }
    self.rest = end.map { $0 + 1..<rest.upperBound }
    let isEdge = { (byte: UInt8) in byte <= 32 || byte == UInt8(ascii: "\"") }
    var inner = bytes[rest.lowerBound..<(end ?? rest.upperBound)].drop(while: isEdge)
    while let last = inner.last, isEdge(last) { inner.removeLast() }
    return String(decoding: inner, as: UTF8.self)
  }
}
