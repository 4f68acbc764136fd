/// Serializes the whole model and changes nothing.
///
/// Helps where a file is to be laid out anew, and shows that reading and writing lose nothing.
public struct RewriteStep: Step, Equatable {
  public static let name = "rewrite"
  public static let summary = "serialize the whole model and change nothing"
  public static let example = "rewrite"
  public static let passes: [any Pass.Type] = []

  public let suffix = "optimized"
  public let mayGrow = true
  public let isRewrite = true

  public init() {}

  public func passes(for run: StepRun) -> [any Pass] { [] }
}

extension Step where Self == RewriteStep {
  public static var rewrite: RewriteStep { RewriteStep() }
}
