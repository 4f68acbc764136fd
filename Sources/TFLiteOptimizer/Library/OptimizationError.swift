/// An error with the message that the command line prints.
public struct OptimizationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kind of failure.
  public enum Kind: Equatable, Sendable {
    /// The request is wrong or cannot be fulfilled.
    case usage
    /// A model or a sample is unreadable, corrupt or unsupported.
    case input
    /// A gate failed.
    case gate
    /// No tensor was changed, or the file would grow.
    case nothing
    /// The result could not be verified or written.
    case output
    /// A bug in this package.
    case bug
  }

  public let kind: Kind
  /// The problem and its place, without a period.
  public let message: String
  /// Facts that help to understand it.
  public let notes: [String]
  /// Advice on how to correct the problem. It names options of the command line; those of the
  /// library have the same names.
  public let help: String?

  /// The message, the notes and the help, a line each.
  public var description: String {
    Diagnostic(message: message, notes: notes, help: help, exitCode: .bug).text
  }

  init(_ diagnostic: Diagnostic) {
    kind =
      switch diagnostic.exitCode {
      case .usage: .usage
      case .input: .input
      case .gate: .gate
      case .nothing: .nothing
      case .output: .output
      case .done, .bug: .bug
      }
    message = diagnostic.message
    notes = diagnostic.notes
    help = diagnostic.help
  }

  /// Returns what `body` returns; `name` is the model that errors are about.
  static func wrapping<Value>(
    _ name: String, _ body: () throws -> Value
  ) throws(OptimizationError) -> Value {
    do {
      return try body()
    } catch {
      throw error as? OptimizationError ?? OptimizationError(Diagnostic(error, path: name))
    }
  }
}
