import TFLite

/// A change of a model. A pass does not print, time, validate or write files: the pipeline does.
package protocol Pass: Sendable {
  static var name: String { get }
  /// One line for `optimize passes`.
  static var summary: String { get }
  func run(on model: inout Model, in job: inout Job) throws
}
