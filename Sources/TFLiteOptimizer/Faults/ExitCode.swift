/// Exit codes; scripts depend on them.
package enum ExitCode: Int32, Sendable {
  case done = 0
  /// A gate failed.
  case gate = 1
  /// The input is unreadable, corrupt or unsupported.
  case input = 2
  /// No tensor was changed, or the file would grow.
  case nothing = 3
  /// The output could not be verified or written.
  case output = 4
  case usage = 64
  /// A bug in this tool.
  case bug = 70
}
