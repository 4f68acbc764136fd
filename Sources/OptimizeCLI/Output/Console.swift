import Platform
import Report

/// The streams of a command: data go to `output`, everything else to `error`.
package struct Console: Sendable {
  package let output: @Sendable (String) -> Void
  package let error: @Sendable (String) -> Void

  package init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.output = output
    self.error = error
  }

  /// Writes lines to the error stream.
  func tell(_ lines: [String]) { error(ReadableText.lines(lines)) }

  package static let standard = Console(output: Streams.output, error: Streams.error)
}
