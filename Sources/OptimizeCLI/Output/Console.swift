import Platform
import Report

/// The streams of a command: data go to `output`, everything else to `error`.
package struct Console: Sendable {
  package let output: @Sendable (String) -> Void
  package let error: @Sendable (String) -> Void
  /// How progress is shown.
  private let progress: Progress

  private enum Progress {
    case hidden
    /// A line on a terminal that is always the newest.
    case line
    /// A line of the error stream for each note.
    case notes
  }

  package init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.init(output: output, error: error, progress: .hidden)
  }

  private init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void,
    progress: Progress
  ) {
    (self.output, self.error, self.progress) = (output, error, progress)
  }

  /// Shows how far the work is until the process ends.
  func showProgress() {
    switch progress {
    case .hidden: break
    case .line: ProgressLine.start()
    case .notes: ProgressStage.listen { [error] in error("\($0)\n") }
    }
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
      error: painted(Streams.error, Terminal.hasError), progress: Terminal.hasError ? .line : .notes
    )
  }()
}
