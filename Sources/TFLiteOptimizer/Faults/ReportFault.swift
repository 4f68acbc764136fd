import Platform

/// A report that could not be written, and the model that was written before it, if any.
package struct ReportFault: Error {
  package let cause: SystemError
  package let written: String?

  package init(cause: SystemError, written: String?) {
    self.cause = cause
    self.written = written
  }
}
