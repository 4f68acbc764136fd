/// Labels that do not match the samples.
package enum LabelFault: Error, Equatable, Sendable {
  /// Samples that are not in a folder for each class.
  case noFolders(path: String)
  case wrongCount(source: String, found: Int, samples: Int)
  /// Samples that are not in the list of files.
  case missing([String], source: String)
  /// One sample with two labels.
  case twice(String, source: String)
  /// Names that are not in the list of class names; `similar` has names like the first.
  case unknownNames([String], source: String, names: String, similar: [String])
  /// Class names without a list that gives their numbers.
  case namesNeeded(String, source: String)
  /// Text that is not a class number, and its place.
  case badValue(String, source: String, position: Int)
  case noNames(source: String)
  case repeatedName(String, source: String)
  /// Folders that only their sorted order numbers, more or fewer than the model's classes.
  case folderCount(path: String, folders: [LabelFolder], classes: Int)
  /// A list with more or fewer names than the model has classes.
  case wrongNames(source: String, names: Int, classes: Int)
  /// A class beyond a model's outputs; the first of several.
  case beyondClasses(label: Int, sample: String, classes: Int, Beyond? = nil)
  case unreadable(SampleFault)

  /// The labels beyond a model's classes, and the range of all labels.
  package struct Beyond: Equatable, Sendable {
    let count: Int
    let samples: Int
    let range: ClosedRange<Int>
  }
}

/// A folder of samples, and the class that it stands for.
package struct LabelFolder: Equatable, Sendable {
  package let name: String
  package let index: Int

  /// Returns "'cat' = 0, 'dog' = 1".
  package static func text(_ folders: [LabelFolder]) -> String {
    let shown = folders.prefix(8).map { "'\($0.name)' = \($0.index)" }
    return (shown + (folders.count > 8 ? ["… (\(folders.count))"] : [])).joined(separator: ", ")
  }
}
