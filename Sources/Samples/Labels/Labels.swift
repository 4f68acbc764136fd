/// The class of each sample, from one of these:
///
/// - the folders of the samples: a folder's number, else its name's place in a list of names or,
///   without one, among the sorted names of all folders, of which there must be one for each class
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
  /// The classes of the samples' folders; empty for labels from elsewhere.
  package let folders: [LabelFolder]

  /// Whether they stand in the order of the samples, so that they say nothing of others.
  package let areInOrder: Bool

  package init(classes: [Int]) {
    self.classes = classes
    folders = []
    areInOrder = true
  }

  /// Ignores labels for samples that the set leaves out. Without `classCount`, the number of the
  /// model's classes, labels are not checked against it.
  package init(
    _ source: Source, for samples: SampleSet, names: LabelNames? = nil, classCount: Int? = nil
  ) throws(LabelFault) {
    let reader = LabelReader(samples: samples, names: names)
    let all: [Int]
    switch source {
    case .folders:
      folders = try reader.folders(classCount: classCount)
      let classes = Dictionary(folders.map { ($0.name, $0.index) }) { first, _ in first }
      all = samples.places.compactMap { $0.className.flatMap { classes[$0] } }
      areInOrder = false
    case .file(let path):
      folders = []
      let format = SampleFormat(ArrayPath(path).file, inFolder: false)
      let hasArrays = format.kind == .array || format.kind == .archive
      (all, areInOrder) = hasArrays ? (try reader.array(path), true) : try reader.text(path)
    }
    classes = (0..<samples.count).map { all[samples.position(of: $0)] }
    if let classCount { try check(against: classCount, samples) }
  }

  private func check(against classCount: Int, _ samples: SampleSet) throws(LabelFault) {
    let beyond = classes.indices.filter { classes[$0] >= classCount }
    guard let first = beyond.first, let least = classes.min(), let most = classes.max() else {
      return
    }
    throw .beyondClasses(
      label: classes[first], sample: samples.name(of: first), classes: classCount,
      .init(count: beyond.count, samples: classes.count, range: least...most))
  }
}
