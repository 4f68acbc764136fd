/// Labels that do not match the samples.
package enum LabelFault: Error, Equatable, Sendable {
  /// Samples that are not in a folder for each class.
  case noFolders(path: String)
  case wrongCount(source: String, found: Int, samples: Int)
  /// Samples that are not in the list of files.
  case missing([String], source: String)
  /// One sample with two labels.
  case twice(String, source: String)
  /// A name that is not in the list of class names.
  case unknownName(String, source: String, names: String, similar: [String])
  /// Class names without a list that gives their numbers.
  case namesNeeded(String, source: String)
  /// Text that is not a class number, and its place.
  case badValue(String, source: String, position: Int)
  case noNames(source: String)
  case repeatedName(String, source: String)
  /// A class beyond a model's outputs.
  case beyondClasses(label: Int, sample: String, classes: Int)
  case unreadable(SampleFault)
}
