import Interpreter
import Samples
import TFLite

/// The samples, real or random, that a comparison runs on.
package struct SampleRequest: Sendable {
  package enum Origin: Sendable {
    /// The path of a folder or file of samples.
    case path(String)
    /// An array for each input, for each sample.
    case arrays([[DenseArray]])
  }

  /// Nil for random inputs.
  package var origin: Origin?
  /// Samples of signatures that are not compared; ranges include them.
  package var others: [(signature: String, path: String)] = []
  package var most: Int?
  /// The share of the samples that is held out.
  package var holdout: Double?
  package var preprocessing = Preprocessing()
  package var labels: LabelRequest?
  package var options = Interpreter.Options()

  package init() {}

  /// The path of the samples; nil for samples in memory and random ones.
  package var path: String? {
    if case .path(let path) = origin { path } else { nil }
  }

  /// Returns the samples for a model's inputs; `file` may have metadata on them.
  package func samples(
    _ path: String, for ports: [Port], of file: ModelFile
  ) throws -> SampleSet {
    var preprocessing = preprocessing
    preprocessing.metadata = ModelInputInfo.all(in: file)
    return try SampleSet(
      path: path, inputs: ports.map(\.sampleInput), preprocessing: preprocessing,
      maxSamples: most)
  }

  /// Returns the samples and their classes, if there are any; nil for random inputs.
  func found(for ports: [Port], of file: ModelFile) throws -> FoundSamples? {
    switch origin {
    case nil: return nil
    case .path(let path):
      let set = try samples(path, for: ports, of: file)
      return FoundSamples(set, classes: try labels?.classes(of: set, model: file))
    case .arrays(let arrays):
      return try FoundSamples(
        arrays, for: ports, most: most, classes: labels?.classes(count: arrays.count))
    }
  }

  /// Returns the fault for a request that needs samples when there are none.
  package static func missingSamples(_ what: String) -> UsageFault {
    UsageFault(
      what == "--rep-data" ? "no samples given" : "\(what) needs representative data",
      help: "pass a folder or a file of samples with --rep-data DIR")
  }
}

/// The source of the samples' classes.
package enum LabelRequest: Sendable {
  /// `names` is a file with the names of the classes.
  case source(Labels.Source, names: String?)
  /// The classes, one for each sample in memory.
  case classes([Int])

  /// Returns the class of each sample. If no names are given, those in the model's file are used.
  ///
  /// Throws `LabelFault` or `UsageFault`.
  package func classes(of samples: SampleSet, model: ModelFile) throws -> [Int] {
    switch self {
    case .classes(let classes):
      return try Self.checked(classes, count: samples.count)
    case .source(let source, let path):
      let names = try path.map(LabelNames.init) ?? LabelNames(in: model)
      do throws(LabelFault) {
        return try Labels(source, for: samples, names: names).classes
      } catch {
        // Folder names need not be among the labels that the model contains.
        guard case .unknownName = error, source == .folders, path == nil else { throw error }
        return try Labels(source, for: samples).classes
      }
    }
  }

  /// Returns the classes of samples in memory; `count` is their number.
  func classes(count: Int) throws(UsageFault) -> [Int] {
    guard case .classes(let classes) = self else {
      throw UsageFault("labels of samples in memory must be numbers")
    }
    return try Self.checked(classes, count: count)
  }

  private static func checked(_ classes: [Int], count: Int) throws(UsageFault) -> [Int] {
    guard classes.count == count else {
      throw UsageFault("there are \(count) samples, but \(classes.count) labels")
    }
    if let label = classes.first(where: { $0 < 0 }) {
      throw UsageFault("\(label) is not a label: classes are numbered from 0")
    }
    return classes
  }
}
