import Optimizer

/// A wrong request; the tool exits with 64.
package struct UsageFault: Error, Equatable {
  package let message: String
  package var notes: [String] = []
  package var help: String?

  package init(_ message: String, notes: [String] = [], help: String? = nil) {
    self.message = message
    self.notes = notes
    self.help = help
  }
}

extension UsageFault {
  package init(_ fault: StepFault) { self.init(fault.message, help: fault.help) }

  /// Returns what `make` returns. A step that is not possible is wrong usage.
  package static func wrapping<Value>(
    _ make: () throws(StepFault) -> Value
  ) throws(UsageFault) -> Value {
    do {
      return try make()
    } catch {
      throw UsageFault(error)
    }
  }
}
