import Platform
import Report

/// The streams of a command: data go to `output`, everything else to `error`.
package struct Console: Sendable {
  package let output: @Sendable (String) -> Void
  package let error: @Sendable (String) -> Void
  /// Whether people watch the error stream on a terminal.
  let isWatched: Bool

  package init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.init(output: output, error: error, isWatched: false)
  }

  private init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void,
    isWatched: Bool
  ) {
    (self.output, self.error, self.isWatched) = (output, error, isWatched)
  }

  /// Writes lines to the error stream.
  func tell(_ lines: [String]) { error(ReadableText.lines(lines)) }

  /// The process's streams, with colours on a terminal unless `NO_COLOR` is set.
  package static let standard: Console = {
    let allowsColours = (FileSystem.environment("NO_COLOR") ?? "").isEmpty
    func painted(_ write: @escaping @Sendable (String) -> Void, _ isTerminal: Bool)
      -> @Sendable (String) -> Void
    {
      guard isTerminal, allowsColours else { return write }
      return { write(Paint.painted($0)) }
    }
    return Console(
      output: painted(Streams.output, Terminal.hasOutput),
      error: painted(Streams.error, Terminal.hasError), isWatched: Terminal.hasError)
  }()
}
