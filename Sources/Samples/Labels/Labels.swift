import TFLite

/// The class of each sample, from one of these:
///
/// - the folders of the samples: a folder's number, else its name's place in a list of names or,
///   without one, among the sorted names of all folders
/// - a text or CSV file with a file and its label on each line, or with a label for each sample in
///   order
/// - npy, or an array of npz, such as `FILE.npz:y`; without a name, the array `y`, `label` or
///   `labels`
///
/// A label is a class number or, if there is a list of names, a name.
package struct Labels: Equatable, Sendable {
  package enum Source: Equatable, Sendable {
    case folders
    case file(String)

    /// "folders", or a path.
    package init(_ text: String) { self = text == "folders" ? .folders : .file(text) }
  }

  /// The class of each sample of the set, in its order.
  package let classes: [Int]

  /// Ignores labels for samples that the set leaves out.
  package init(
    _ source: Source, for samples: SampleSet, names: LabelNames? = nil
  ) throws(LabelFault) {
    let reader = LabelReader(samples: samples, names: names)
    let all: [Int]
    switch source {
    case .folders: all = try reader.folders()
    case .file(let path):
      let format = SampleFormat(ArrayPath(path).file, inFolder: false)
      let hasArrays = format.kind == .array || format.kind == .archive
      all = hasArrays ? try reader.array(path) : try reader.text(path)
    }
    classes = (0..<samples.count).map { all[samples.position(of: $0)] }
  }
}

/// Reads labels for all samples of a set, including those that a limit leaves out.
private struct LabelReader {
  let samples: SampleSet
  let names: LabelNames?

  func folders() throws(LabelFault) -> [Int] {
    let found = (0..<samples.totalCount).map { samples.places[$0].className }
    let folders = found.compactMap(\.self)
    guard folders.count == found.count, !folders.isEmpty else {
      throw .noFolders(path: samples.path)
    }
    // The order is that of Keras's image_dataset_from_directory and torchvision's ImageFolder.
    let sorted = Array(Set(folders)).sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) }
    var classes: [String: Int] = [:]
    let areNumbers = sorted.allSatisfy { Int($0).map { $0 >= 0 } ?? false }
    for (index, folder) in sorted.enumerated() {
      if names != nil || areNumbers {
        classes[folder] = try value(folder, samples.path, index)
      } else {
        classes[folder] = index
      }
    }
    return folders.compactMap { classes[$0] }
  }

  // MARK: Text

  func text(_ path: String) throws(LabelFault) -> [Int] {
    let lines = LabelText.lines(try LabelText.read(path)).filter { !$0.isEmpty }
    if let list = try list(lines, path) { return list }
    var labels = lines
    // A heading is not a label.
    if labels.count == samples.totalCount + 1, let first = labels.first, Int(first) == nil {
      labels.removeFirst()
    }
    try check(labels.count, path)
    var classes: [Int] = []
    for (index, label) in labels.enumerated() { classes.append(try value(label, path, index)) }
    return classes
  }

  /// Returns the labels from lines with a file and its label; nil if the lines name no files.
  private func list(_ lines: [String], _ path: String) throws(LabelFault) -> [Int]? {
    let places = samples.places
    let known = Set(places.flatMap(\.keys))
    for separator in [",", ";", "\t", " "] as [Character] {
      let pairs = lines.map { line in
        line.split(separator: separator).map { field in
          String(
            field.drop { " \"".contains($0) }.reversed().drop { " \"".contains($0) }.reversed())
        }
      }
      // The first line may be a heading.
      let named = pairs.prefix(2).contains { $0.count > 1 && known.contains($0[0]) }
      guard named else { continue }
      return try classes(pairs.filter { $0.count > 1 }.map { ($0[0], $0[$0.count - 1]) }, path)
    }
    return nil
  }

  private func classes(
    _ pairs: [(file: String, label: String)], _ path: String
  ) throws(LabelFault) -> [Int] {
    var labels: [String: (label: String, position: Int)] = [:]
    for (position, pair) in pairs.enumerated() {
      if let other = labels[pair.file], other.label != pair.label {
        throw .twice(pair.file, source: path)
      }
      labels[pair.file] = (pair.label, position)
    }
    var classes: [Int] = []
    var missing: [String] = []
    for place in samples.places {
      guard let found = place.keys.lazy.compactMap({ labels[$0] }).first else {
        missing.append(place.keys[0])
        continue
      }
      classes.append(try value(found.label, path, found.position))
    }
    guard missing.isEmpty else { throw .missing(missing, source: path) }
    return classes
  }

  // MARK: Arrays

  func array(_ path: String) throws(LabelFault) -> [Int] {
    let stored: StoredArray
    do throws(SampleFault) {
      let file = try ArrayFile(path: path)
      let standard = ["y", "label", "labels"].first(where: file.names.contains)
      stored = try file.stored(named: standard ?? file.names.first ?? "")
    } catch {
      throw .unreadable(error)
    }
    try check(stored.header.shape.reduce(1, *), path)
    let array: DenseArray
    do throws(SampleFault) {
      array = try stored.whole()
    } catch {
      throw .unreadable(error)
    }
    if array.type == .string, let texts = PackedText.unpack(array.bytes) {
      var classes: [Int] = []
      for (index, text) in texts.enumerated() {
        classes.append(try value(String(decoding: text, as: UTF8.self), path, index))
      }
      return classes
    }
    return try integers(array, path)
  }

  private func integers(_ array: DenseArray, _ path: String) throws(LabelFault) -> [Int] {
    let bytes: [UInt8]
    do throws(CastFailure) {
      bytes = array.type == .int64 ? array.bytes : try Cast.bytes(of: array, as: .int64)
    } catch {
      switch error {
      case .types: throw .badValue("\(array.type)", source: path, position: 0)
      case .value(let position, let text):
        throw .badValue(text, source: path, position: position)
      }
    }
    let classes = bytes.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int.self) }
    }
    if let position = classes.firstIndex(where: { $0 < 0 }) {
      throw .badValue("\(classes[position])", source: path, position: position)
    }
    return classes
  }

  // MARK: Values

  private func check(_ count: Int, _ path: String) throws(LabelFault) {
    guard count == samples.totalCount else {
      throw .wrongCount(source: path, found: count, samples: samples.totalCount)
    }
  }

  private func value(
    _ label: String, _ source: String, _ position: Int
  ) throws(LabelFault) -> Int {
    if let index = names?.index(of: label) { return index }
    if let number = Int(label) {
      guard number >= 0 else { throw .badValue(label, source: source, position: position) }
      return number
    }
    guard let names else { throw .namesNeeded(label, source: source) }
    throw .unknownName(
      label, source: source, names: names.source, similar: names.similar(to: label))
  }
}
