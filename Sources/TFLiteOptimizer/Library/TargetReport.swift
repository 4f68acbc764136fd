import JSON
import Report
import TFLite
import Targets

/// Whether chips and runtimes run a model, operator by operator.
public struct TargetReport: Sendable {
  private let document: TargetDocument

  /// The names of all targets.
  public static var targets: [String] { Target.all.map(\.name) }

  /// Judges the operators of a model. Throws for a name that no target has.
  public init(
    of model: ModelSource, targets names: [String],
    options: OptimizationOptions = OptimizationOptions()
  ) throws(OptimizationError) {
    document = try OptimizationError.wrapping(model.name) {
      let targets = try TargetNames.targets(names)
      return TargetDocument(
        of: try model.open(options), model.name, for: targets, toolVersion: Tool.version,
        command: [])
    }
  }

  /// One result for each target, in the order of the names.
  public var results: [Result] { document.assessments.map(Result.init) }
  /// The report for people, as the command line prints it.
  public var text: String { document.text(verbose: false) }
  /// The report for programs, as `--json` writes it.
  public var json: String { document.json(tool: Tool.json).text + "\n" }
  /// The report as one HTML page.
  public var html: String { document.html }
}

extension TargetReport {
  /// What a target makes of a model.
  public struct Result: Sendable {
    let assessment: Assessment

    public var target: String { assessment.target.name }
    public var title: String { assessment.target.title }
    /// Operators of the model, and those that the target runs.
    public var operatorCount: Int { assessment.rows.count }
    public var runs: Int { assessment.runs }
    /// Whether the target runs every operator.
    public var isFull: Bool { assessment.isFull }
    /// Operators of each part that the target gets.
    public var parts: [Int] { assessment.parts }
    /// The operators in the order of the file.
    public var operators: [Operator] { assessment.rows.map(Operator.init) }
  }

  /// An operator of the model.
  public struct Operator: Sendable {
    let row: Assessment.Row

    /// The schema's name, or the custom code.
    public var kind: String { row.name }
    /// The name of its first result.
    public var output: String { row.label }
    /// "runs", "falls back" or "unknown".
    public var verdict: String { row.verdict.text }
    /// Why it does not run; nil if it does.
    public var reason: String? { row.verdict.obstacle?.text }
  }
}
