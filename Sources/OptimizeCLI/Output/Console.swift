import Platform

/// Where a command's words go: data to `output`, everything else to `error`.
public struct Console: Sendable {
  public let output: @Sendable (String) -> Void
  public let error: @Sendable (String) -> Void

  public init(
    output: @escaping @Sendable (String) -> Void, error: @escaping @Sendable (String) -> Void
  ) {
    self.output = output
    self.error = error
  }

  public static let standard = Console(output: Streams.output, error: Streams.error)
}
