import Interpreter
import OpSet
import Samples
import TFLite

/// The samples, real or random, that a comparison runs on.
package struct SampleRequest: Sendable {
  package enum Origin: Sendable {
    /// The paths of folders or files of samples, which add up.
    case paths([String])
    /// An array for each input, for each sample.
    case arrays([[DenseArray]])
  }

  /// Nil for random inputs.
  package var origin: Origin?
  /// Samples of signatures that are not compared; ranges include them.
  package var others: [(signature: String, path: String)] = []
  package var most: Int?
  /// Whether samples that cannot be read are left out.
  package var skipsBad = false
  /// The share of the samples that is held out.
  package var holdout: Double?
  package var preprocessing = Preprocessing()
  package var labels: LabelRequest?
  package var options = Interpreter.Options()

  package init() {}

  /// The same with results of these kernels.
  func computed(by reference: ReferenceKernels) -> SampleRequest {
    var request = self
    request.options.reference = reference
    return request
  }

  /// The paths of the samples; empty for samples in memory and random ones.
  package var paths: [String] {
    if case .paths(let paths) = origin { paths } else { [] }
  }

  /// Returns the samples for a model's inputs; `file` may have metadata on them.
  package func samples(
    _ paths: [String], for ports: [Port], of file: ModelFile
  ) throws -> SampleSet {
    var preprocessing = preprocessing
    preprocessing.metadata = ModelInputInfo.all(in: file)
    return try SampleSet(
      paths: paths, inputs: ports.map(\.sampleInput), preprocessing: preprocessing,
      maxSamples: most, skipsBad: skipsBad)
  }

  /// Returns the samples and their classes, if there are any; nil for random inputs. `classCount`
  /// is the number of the model's classes, if it is known.
  func found(for ports: [Port], of file: ModelFile, classCount: Int?) throws -> FoundSamples? {
    switch origin {
    case nil: return nil
    case .paths(let paths):
      return try found(in: paths, for: ports, of: file, classCount: classCount)
    case .arrays(let arrays):
      return try FoundSamples(
        arrays, for: ports, most: most, classes: labels?.classes(count: arrays.count))
    }
  }

  /// Returns the samples of paths and their classes, if there are any.
  func found(
    in paths: [String], for ports: [Port], of file: ModelFile, classCount: Int?
  ) throws -> FoundSamples {
    let set = try samples(paths, for: ports, of: file)
    let labels = try labels?.labels(of: set, model: file, classCount: classCount)
    return FoundSamples(set, classes: labels?.classes)
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
  /// `classCount` is the number of the model's classes, if it is known.
  ///
  /// Throws `LabelFault` or `UsageFault`.
  package func labels(
    of samples: SampleSet, model: ModelFile, classCount: Int?
  ) throws -> Labels {
    switch self {
    case .classes(let classes):
      return Labels(classes: try Self.checked(classes, count: samples.count))
    case .source(let source, let path?):
      let names = try LabelNames(path: path)
      if let classCount { try names.check(against: classCount) }
      return try Labels(source, for: samples, names: names, classCount: classCount)
    case .source(let source, nil):
      return try Self.labels(
        source, of: samples, namesOfModel: LabelNames(in: model), classCount: classCount)
    }
  }

  /// Returns the request for samples of another path, whose classes are at `source`.
  func at(_ source: String) -> LabelRequest {
    let names: String? = if case .source(_, let names) = self { names } else { nil }
    return .source(Labels.Source(source), names: names)
  }

  /// A model may contain a list that is not one of its classes, so the list is not used if it
  /// cannot be; folder names need not be among its names either.
  private static func labels(
    _ source: Labels.Source, of samples: SampleSet, namesOfModel names: LabelNames?,
    classCount: Int?
  ) throws(LabelFault) -> Labels {
    let usable = names.flatMap { names in
      classCount.map(names.fits) ?? true ? names : nil
    }
    do throws(LabelFault) {
      return try Labels(source, for: samples, names: usable, classCount: classCount)
    } catch {
      switch error {
      case .unknownNames where source == .folders:
        guard let labels = try? Labels(source, for: samples, classCount: classCount) else {
          throw error
        }
        return labels
      case .folderCount, .namesNeeded:
        if let names, let classCount { try names.check(against: classCount) }
        throw error
      default: throw error
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
