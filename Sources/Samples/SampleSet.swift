import TFLite

/// The samples for a model in a file or folder, read one at a time in any order.
///
/// - a folder with a file for each sample: npy, raw bytes, or npz with an array for each input
/// - a folder with a folder for each sample, which has a file for each input
/// - a folder with a folder for each input, which has a file for each sample
/// - for a model with one input, a folder of folders, one for each class
/// - a file whose first axis counts the samples: npy, npz, `FILE.npz:ARRAY`, raw bytes, CSV with a
///   line for each; or, for several inputs, a folder with such a file for each
///
/// Wherever a file is one sample of one input it may also be an image (PNG, JPEG, BMP, PPM), sound
/// (WAV) or a table (CSV); `Preprocessing` says how they become values.
///
/// Inputs are found by name, then by position; names are in natural order ("2" before "10").
/// Memory holds the sample that is read, and deflated arrays of a batch.
package struct SampleSet: Sendable {
  package let count: Int
  /// Files in the folder that are not samples: hidden files, labels, descriptions.
  package let skipped: [String]
  /// Sentences that say how images and sound become values, one for each input and kind of file.
  package let preparations: [String]
  let path: String
  private let inputs: [SampleInput]
  private let layout: SampleLayout

  /// Finds the samples. With `maxSamples`, chooses that many, evenly spread over all.
  package init(
    path: String, inputs: [SampleInput], preprocessing: Preprocessing? = nil,
    maxSamples: Int? = nil
  ) throws(SampleFault) {
    guard !inputs.isEmpty else { throw .modelWithoutInputs }
    let inputs = preprocessing?.applied(to: inputs) ?? inputs
    var finder = SampleFinder(inputs: inputs)
    layout = try finder.layout(of: path)
    skipped = finder.skipped
    self.inputs = inputs
    self.path = path
    guard layout.count > 0 else { throw .noSamples(path: path, skipped: skipped) }
    count = min(layout.count, max(maxSamples ?? .max, 0))
    preparations = try layout.preparations(for: inputs)
  }

  /// Returns an array for each input, in the model's order, shape and type.
  package func sample(at index: Int) throws(SampleFault) -> [DenseArray] {
    guard (0..<count).contains(index) else { throw .noSample(index: index, count: count) }
    switch layout {
    case .files(let samples):
      return try samples[position(of: index)].read(for: inputs)
    case .batch(let columns):
      var arrays: [DenseArray] = []
      for column in columns { arrays.append(try column.sample(at: position(of: index))) }
      return arrays
    }
  }

  /// Returns the files of a sample, which must exist; `FILE[INDEX]` for a sample of a batch.
  package func description(of index: Int) -> String {
    switch layout {
    case .files(let samples): samples[position(of: index)].paths.joined(separator: ", ")
    case .batch(let columns):
      columns.map { $0.source(of: position(of: index)) }.joined(separator: ", ")
    }
  }

  /// Returns the path of the sample's file in the given folder; `FILE[INDEX]` for a sample of a
  /// batch.
  package func name(of index: Int) -> String {
    let place = place(at: position(of: index))
    return place.keys.first ?? description(of: index)
  }

  /// Returns the folder of the sample's class, if folders are classes.
  package func className(of index: Int) -> String? {
    place(at: position(of: index)).className
  }

  /// The places of all samples, including those that a limit leaves out.
  var places: [SamplePlace] { (0..<totalCount).map(place(at:)) }

  /// The number of all samples, including those that a limit leaves out.
  var totalCount: Int { layout.count }

  private func place(at position: Int) -> SamplePlace {
    switch layout {
    case .files(let samples):
      SamplePlace(samples[position].paths[0], in: path, className: samples[position].className)
    case .batch(let columns):
      SamplePlace(columns[0].source(of: position), in: path, className: nil)
    }
  }

  /// Returns the middle of each of `count` equal parts.
  func position(of index: Int) -> Int {
    count == layout.count ? index : (2 * index + 1) * layout.count / (2 * count)
  }
}

/// The class of a sample, and the names by which lists of labels can name it.
struct SamplePlace {
  let className: String?
  /// The path in the given folder, the file's name, and that without its extension.
  let keys: [String]

  init(_ path: String, in root: String, className: String?) {
    self.className = className
    let folder = root.hasSuffix("/") ? root : root + "/"
    let name = FileName.name(path)
    let relative = path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : name
    keys = [relative, name, FileName.stem(name)]
  }
}
