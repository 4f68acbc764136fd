/// An error about another model than the job's, or with more to say.
package struct LocatedFault: Error {
  package let cause: any Error
  /// The model that it is about.
  package let path: String
  package var notes: [String]

  package init(cause: any Error, path: String, notes: [String] = []) {
    self.cause = cause
    self.path = path
    self.notes = notes
  }
}
