import Compression
import Platform
import TFLite

/// The names of a model's classes.
package struct LabelNames: Equatable, Sendable {
  /// The names in the order of the classes; a class without a name has an empty one.
  package let names: [String]
  /// The file or array of the names, for faults.
  package let source: String
  /// Whether lines have the class number before the name; such a list need not be complete.
  private let isNumbered: Bool
  private let classes: [String: Int]

  /// Reads one name per line, or lines with the class number before the name.
  package init(path: String) throws(LabelFault) {
    try self.init(text: LabelText.read(path), source: path)
  }

  init(text: [UInt8], source: String) throws(LabelFault) {
    var lines = LabelText.lines(text)
    while lines.last?.isEmpty == true { lines.removeLast() }
    let numbered = lines.map(Self.numbered)
    isNumbered = !lines.isEmpty && numbered.allSatisfy { $0 != nil }
    if isNumbered {
      let entries = numbered.compactMap(\.self)
      let most = entries.map(\.index).max() ?? 0
      guard most < 1 << 20 else {
        throw .badValue("\(most)", source: source, position: entries.count - 1)
      }
      lines = Array(repeating: "", count: most + 1)
      for entry in entries { lines[entry.index] = entry.name }
    }
    guard lines.contains(where: { !$0.isEmpty }) else { throw .noNames(source: source) }
    names = lines
    self.source = source
    var classes: [String: Int] = [:]
    for (index, name) in lines.enumerated() where !name.isEmpty && classes[name] == nil {
      classes[name] = index
    }
    self.classes = classes
  }

  /// Reads the class names of an output from the ZIP after a model: the file that the metadata give
  /// it, else the only list of labels. `output` counts outputs; nil means the first that has a list.
  package init?(in file: ModelFile, output: Int? = nil) {
    guard case .zip(let zip) = file.tail else { return nil }
    let entries = zip.entries.map { (name: String(decoding: $0.name, as: UTF8.self), entry: $0) }
    let files = ModelInputInfo.labelFiles(in: file)
    let known =
      output.map { files.indices.contains($0) ? files[$0] : [] } ?? files.first { !$0.isEmpty }
    let named = known?.lazy.compactMap { name in entries.first { $0.name == name } }.first
    let lists = entries.filter { name, _ in
      name.lowercased().hasSuffix(".txt") && name.lowercased().holds("label")
    }
    guard let (name, entry) = named ?? (lists.count == 1 ? lists.first : nil),
      let text = Self.contents(of: entry, in: file.bytes)
    else { return nil }
    try? self.init(text: text, source: name)
  }

  /// Whether a model with `classCount` classes can have these names.
  package func fits(_ classCount: Int) -> Bool {
    isNumbered ? names.count <= classCount : names.count == classCount
  }

  /// Throws if a model with `classCount` classes cannot have these names.
  package func check(against classCount: Int) throws(LabelFault) {
    guard fits(classCount) else {
      throw .wrongNames(source: source, names: names.count, classes: classCount)
    }
  }

  /// Returns the class of a name: the label that equals it, or whose text before the first comma
  /// equals it, ignoring case.
  func index(of name: String) -> Int? {
    if let index = classes[name] { return index }
    let key = Self.key(name)
    let matches = names.indices.filter { Self.key(names[$0]) == key }
    return matches.count == 1 ? matches[0] : nil
  }

  func similar(to name: String) -> [String] {
    let key = Self.key(name)
    return Array(
      names.filter {
        !$0.isEmpty && (Self.key($0).holds(key) || key.holds(Self.key($0)))
      }.prefix(5))
  }

  private static func key(_ name: String) -> String {
    let first = name.split(separator: ",").first.map(String.init) ?? name
    return first.lowercased().map { $0 == "_" ? " " : "\($0)" }.joined()
  }

  private static func numbered(_ line: String) -> (index: Int, name: String)? {
    let digits = line.prefix { $0.isASCII && $0.isNumber }
    guard let index = Int(digits), digits.count < line.count else { return nil }
    let rest = line.dropFirst(digits.count)
    guard let first = rest.first, " \t:,".contains(first) else { return nil }
    let name = rest.drop { " \t:,".contains($0) }
    return name.isEmpty ? nil : (index, String(name))
  }

  private static func contents(
    of entry: ZipTail.Entry, in file: UnsafeRawBufferPointer
  ) -> [UInt8]? {
    guard entry.uncompressedSize < 1 << 24,
      let start = ZipRecords(file).local(at: entry.localHeaderOffset, before: file.count)?.data,
      start <= file.count, entry.compressedSize <= file.count - start
    else { return nil }
    let bytes = UnsafeRawBufferPointer(rebasing: file[start..<start + entry.compressedSize])
    if entry.isStored { return [UInt8](bytes) }
    return try? Inflate.decompress(bytes, maxOutput: entry.uncompressedSize)
  }
}

/// Lines of text files.
enum LabelText {
  static func read(_ path: String) throws(LabelFault) -> [UInt8] {
    let file: MappedFile
    do throws(SampleFault) {
      file = try SampleFile.open(path)
    } catch {
      throw .unreadable(error)
    }
    return withExtendedLifetime(file) { Array(file.bytes) }
  }

  /// Returns the lines without white space around them.
  static func lines(_ bytes: [UInt8]) -> [String] {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return bytes[start...].split(separator: 10, omittingEmptySubsequences: false).map { line in
      var line = line.drop { $0 <= 32 }
      while let last = line.last, last <= 32 { line.removeLast() }
      return String(decoding: line, as: UTF8.self)
    }
  }
}
