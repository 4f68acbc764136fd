import Platform
import TFLite

/// The samples for a model in files and folders, read one at a time in any order.
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
/// Inputs are found by name, then by position; names are in natural order ("2" before "10"). The
/// samples of several paths follow each other. Memory holds the sample that is read, and deflated
/// arrays of a batch.
package struct SampleSet: Sendable {
  /// A sample that was left out.
  package struct Bad: Sendable {
    /// The path in the given folder; `FILE[INDEX]` for a sample of a batch.
    package let name: String
    package let fault: SampleFault
  }

  package private(set) var count: Int
  /// Files in folders that are not samples: hidden files, labels, descriptions.
  package let skipped: [String]
  /// The number of samples that were left out because they cannot be read.
  package private(set) var badCount = 0
  /// The first of them, a thousand at most.
  package private(set) var bad: [Bad] = []
  let paths: [String]
  let inputs: [SampleInput]
  private let parts: [SamplePart]
  /// Sentences that say how images and sound become values, one for each input and kind of file.
  let forms: [String]
  /// The positions of the samples; nil where they are evenly spread.
  private var chosen: [Int]?
  private let badFault = FoundFault()

  /// Finds the samples. With `maxSamples`, chooses that many, evenly spread over all. With
  /// `skipsBad`, reads all that were chosen and leaves out those that cannot be read.
  package init(
    paths: [String], inputs: [SampleInput], preprocessing: Preprocessing? = nil,
    maxSamples: Int? = nil, skipsBad: Bool = false
  ) throws(SampleFault) {
    try self.init(all: paths, (preprocessing ?? Preprocessing()).applied(to: inputs))
    count = min(count, max(maxSamples ?? .max, 0))
    if skipsBad { try leaveOutBad() } else { try checkKinds() }
  }

  private init(all paths: [String], _ inputs: [SampleInput]) throws(SampleFault) {
    guard !inputs.isEmpty else { throw .modelWithoutInputs }
    var finder = SampleFinder(inputs: inputs)
    var parts: [SamplePart] = []
    var forms: [String] = []
    for path in paths {
      let layout = try finder.layout(of: path)
      guard layout.count > 0 else { throw .noSamples(path: path, skipped: finder.skipped) }
      parts.append(SamplePart(path: path, layout: layout, start: parts.last?.end ?? 0))
      forms += try layout.preparations(for: inputs).filter { !forms.contains($0) }
    }
    guard let last = parts.last else { throw .noSamples(path: "", skipped: []) }
    (self.paths, self.inputs, self.parts, self.forms) = (paths, inputs, parts, forms)
    skipped = finder.skipped
    count = last.end
  }

  /// Finds the samples of one file or folder.
  package init(
    path: String, inputs: [SampleInput], preprocessing: Preprocessing? = nil,
    maxSamples: Int? = nil, skipsBad: Bool = false
  ) throws(SampleFault) {
    try self.init(
      paths: [path], inputs: inputs, preprocessing: preprocessing, maxSamples: maxSamples,
      skipsBad: skipsBad)
  }

  /// Returns the same samples as real values for inputs that stand for them.
  package func asReals() throws(SampleFault) -> SampleSet {
    var reals = try SampleSet(
      all: paths,
      inputs.map { input in
        var input = input
        if input.encoding != nil { input.type = .float32 }
        return input
      })
    reals.chosen = (0..<count).map(position(of:))
    reals.count = count
    return reals
  }

  // MARK: Samples

  /// Returns an array for each input, in the model's order, shape and type. The fault of a bad
  /// sample has those of all.
  package func sample(at index: Int) throws(SampleFault) -> [DenseArray] {
    guard (0..<count).contains(index) else { throw .noSample(index: index, count: count) }
    do throws(SampleFault) {
      return try read(position(of: index))
    } catch {
      guard count > 1, !error.isOfReals else { throw error }
      throw badFault.known { fault(ofBad: badSamples()) ?? error }
    }
  }

  private func read(_ position: Int) throws(SampleFault) -> [DenseArray] {
    let part = part(at: position)
    switch part.layout {
    case .files(let samples):
      return try samples[position - part.start].read(for: inputs)
    case .batch(let columns):
      var arrays: [DenseArray] = []
      for column in columns { arrays.append(try column.sample(at: position - part.start)) }
      return arrays
    }
  }

  /// A photo takes some 100 MB while it is decoded, so few are read at once.
  private static let mostReaders = 4
  /// The most faults that are kept: a batch may have millions of bad samples.
  private static let mostFaults = 1000

  /// Reads all samples and returns the indices of those that cannot be read, in order.
  private func badSamples() -> [Int] {
    let found = Mutex<[Int]>([])
    Threads.forEach(count, limit: min(Threads.available, Self.mostReaders)) { index in
      if self.fault(of: index) != nil { found.withLock { $0.append(index) } }
    }
    return found.withLock { $0.sorted() }
  }

  private func fault(of index: Int) -> SampleFault? {
    do throws(SampleFault) {
      _ = try read(position(of: index))
      return nil
    } catch {
      return error.isOfReals ? nil : error
    }
  }

  /// Returns nil if no index is given.
  private func fault(ofBad indices: [Int]) -> SampleFault? {
    let faults = indices.prefix(Self.mostFaults).compactMap(fault(of:))
    guard !faults.isEmpty else { return nil }
    return .bad(faults, bad: indices.count, source: source, count: count)
  }

  private mutating func leaveOutBad() throws(SampleFault) {
    let indices = badSamples()
    if indices.count == count, let fault = fault(ofBad: indices) { throw fault }
    bad = indices.prefix(Self.mostFaults).compactMap { index in
      fault(of: index).map { Bad(name: name(of: index), fault: $0) }
    }
    badCount = indices.count
    let left = Set(indices)
    let kept = (0..<count).filter { !left.contains($0) }.map(position(of:))
    (chosen, count) = (kept, kept.count)
  }

  /// Throws the faults of all bad samples if there are files of formats that are not read, which
  /// their names tell before anything is read.
  private func checkKinds() throws(SampleFault) {
    for index in 0..<count {
      let position = position(of: index)
      guard case .files(let samples) = part(at: position).layout else { continue }
      let files = samples[position - part(at: position).start].paths
      guard files.contains(where: { SampleFormat($0, inFolder: true).kind == .unsupported }) else {
        continue
      }
      if let fault = fault(ofBad: badSamples()) { throw fault }
    }
  }

  // MARK: Places

  /// The number of all samples, including those that are left out.
  var totalCount: Int { parts.last?.end ?? 0 }

  /// Returns the middle of each of `count` equal parts.
  func position(of index: Int) -> Int {
    if let chosen { return chosen[index] }
    return count == totalCount ? index : (2 * index + 1) * totalCount / (2 * count)
  }

  func part(at position: Int) -> SamplePart {
    parts.last { $0.start <= position } ?? parts[0]
  }
}
