/// Labels that do not match the samples.
package enum LabelFault: Error, Equatable, Sendable {
  /// Samples that do not lie in folders of classes.
  case noFolders(path: String)
  case wrongCount(source: String, found: Int, samples: Int)
  /// Samples that the list of files does not name.
  case missing([String], source: String)
  /// One sample with two labels.
  case twice(String, source: String)
  /// A name that the list of names has not.
  case unknownName(String, source: String, names: String, similar: [String])
  /// Names, where no list says which class they are.
  case namesNeeded(String, source: String)
  /// No number of a class: what stands there, and where.
  case badValue(String, source: String, position: Int)
  case noNames(source: String)
  case repeatedName(String, source: String)
  /// A class beyond a model's outputs.
  case beyondClasses(label: Int, sample: String, classes: Int)
  case unreadable(SampleFault)

  package var message: String {
    let mismatch = "labels that do not match: "
    return switch self {
    case .noFolders(let path):
      mismatch + "the samples of '\(path)' do not lie in folders of classes"
    case .wrongCount(let source, let found, let samples):
      mismatch + "'\(source)' has \(found) labels for \(samples) samples"
    case .missing(let names, let source):
      mismatch + "'\(source)' has no label for "
        + (names.count == 1 ? "" : "\(names.count) samples, such as ") + "'\(names.first ?? "")'"
    case .twice(let name, let source): mismatch + "'\(source)' has two labels for '\(name)'"
    case .unknownName(let name, let source, let names, _):
      mismatch + "'\(name)' of '\(source)' is not among the names of '\(names)'"
    case .namesNeeded(let name, let source):
      mismatch + "'\(name)' of '\(source)' is a name, and no list says which class it is"
    case .badValue(let text, let source, let position):
      mismatch + "label \(position) of '\(source)' is \(text), no number of a class"
    case .noNames(let source): "'\(source)' has no names of classes"
    case .repeatedName(let name, let source): "'\(source)' names '\(name)' twice"
    case .beyondClasses(let label, let sample, let classes):
      mismatch + "the sample '\(sample)' is of class \(label), but the model has \(classes) "
        + "classes, from 0 to \(classes - 1)"
    case .unreadable(let fault): fault.message
    }
  }

  package var notes: [String] {
    switch self {
    case .unknownName(_, _, _, let similar) where !similar.isEmpty:
      ["similar: \(similar.map { "'\($0)'" }.joined(separator: ", "))"]
    case .unreadable(let fault): fault.notes
    default: []
    }
  }

  /// The next command, where there is one.
  package var help: String? {
    switch self {
    case .namesNeeded: "pass the names, one a line in the order of the classes: --label-names FILE"
    case .noFolders: "name a file of labels: --labels FILE"
    default: nil
    }
  }
}
