import TFLite

/// Reads labels for all samples of a set, including those that a limit leaves out.
struct LabelReader {
  let samples: SampleSet
  let names: LabelNames?

  /// Returns the class of each folder. Without numbers and names they are counted in sorted order,
  /// and then there must be `classCount` of them.
  func folders(classCount: Int?) throws(LabelFault) -> [LabelFolder] {
    let found = samples.places.map(\.className)
    let folders = found.compactMap(\.self)
    guard folders.count == found.count, !folders.isEmpty else {
      throw .noFolders(path: samples.source)
    }
    // The order is that of Keras's image_dataset_from_directory and torchvision's ImageFolder.
    let sorted = Array(Set(folders)).sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) }
    let areNumbers = sorted.allSatisfy { Int($0).map { $0 >= 0 } ?? false }
    guard names != nil || areNumbers else {
      let counted = sorted.enumerated().map { LabelFolder(name: $1, index: $0) }
      guard classCount.map({ $0 == counted.count }) ?? true else {
        throw .folderCount(path: samples.source, folders: counted, classes: classCount ?? 0)
      }
      return counted
    }
    let classes = try values(sorted, samples.source)
    return zip(sorted, classes).map(LabelFolder.init)
  }

  // MARK: Text

  /// Returns the classes, and whether they stand in the order of the samples.
  func text(_ path: String) throws(LabelFault) -> ([Int], Bool) {
    let lines = LabelText.lines(try LabelText.read(path)).filter { !$0.isEmpty }
    if let list = try list(lines, path) { return (list, false) }
    var labels = lines
    // A heading is not a label.
    if labels.count == samples.totalCount + 1, let first = labels.first, Int(first) == nil {
      labels.removeFirst()
    }
    try check(labels.count, path)
    return (try values(labels, path), true)
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
    var found: [(label: String, position: Int)] = []
    var missing: [String] = []
    for place in samples.places {
      guard let label = place.keys.lazy.compactMap({ labels[$0] }).first else {
        missing.append(place.keys[0])
        continue
      }
      found.append(label)
    }
    guard missing.isEmpty else { throw .missing(missing, source: path) }
    return try values(found.map(\.label), path, positions: found.map(\.position))
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
      return try values(texts.map { String(decoding: $0, as: UTF8.self) }, path)
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

  /// Returns the classes of labels; `positions` are their places in `source`, for faults.
  private func values(
    _ labels: [String], _ source: String, positions: [Int]? = nil
  ) throws(LabelFault) -> [Int] {
    var classes: [Int] = []
    var unknown: [String] = []
    for (index, label) in labels.enumerated() {
      if let known = names?.index(of: label) {
        classes.append(known)
      } else if let number = Int(label) {
        guard number >= 0 else {
          throw .badValue(label, source: source, position: positions?[index] ?? index)
        }
        classes.append(number)
      } else if names == nil {
        throw .namesNeeded(label, source: source)
      } else if !unknown.contains(label) {
        unknown.append(label)
      }
    }
    guard let first = unknown.first, let names else { return classes }
    throw .unknownNames(
      unknown, source: source, names: names.source, similar: names.similar(to: first))
  }
}
