/// The arrangement of samples in files and folders.
enum SampleLayout: Sendable {
  case files([SampleFiles])
  /// A column for each input, of equal counts.
  case batch([BatchColumn])

  var count: Int {
    switch self {
    case .files(let samples): samples.count
    case .batch(let columns): columns.first?.count ?? 0
    }
  }

  /// Returns sentences that say how images and sound become values. Throws for an input that cannot
  /// take them.
  func preparations(for inputs: [SampleInput]) throws(SampleFault) -> [String] {
    var sentences: [String] = []
    for (index, input) in inputs.enumerated() {
      let files = files(ofInput: index)
      for kind in [SampleFormat.Kind.image, .sound] {
        guard let path = files.first(where: { $0.kind == kind })?.path,
          let sentence = try InputFile.preparation(path, for: input)
        else { continue }
        sentences.append(sentence)
      }
    }
    return sentences
  }

  private func files(ofInput index: Int) -> [(path: String, kind: SampleFormat.Kind)] {
    var found: [(path: String, kind: SampleFormat.Kind)] = []
    switch self {
    case .files(let samples):
      for sample in samples where sample.paths.indices.contains(index) {
        let path = sample.paths[index]
        found.append((path: path, kind: SampleFormat(path, inFolder: true).kind))
      }
    case .batch(let columns):
      let column = columns[index]
      if column.isPrepared {
        found.append(
          (path: column.source, kind: SampleFormat(column.source, inFolder: false).kind))
      }
    }
    return found
  }
}
