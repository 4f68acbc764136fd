/// An error about another model than the job's, or with more to say.
package struct LocatedFault: Error {
  package let cause: any Error
  /// The model that it is about.
  package let path: String
  package var notes: [String]
  /// Whether it shows before the first run.
  package let isOfPreparation: Bool

  package init(
    cause: any Error, path: String, notes: [String] = [], isOfPreparation: Bool = false
  ) {
    self.isOfPreparation = isOfPreparation
    self.cause = cause
    self.path = path
    self.notes = notes
  }
}
