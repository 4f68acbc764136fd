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
}
