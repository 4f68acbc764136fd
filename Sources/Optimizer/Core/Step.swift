import Evaluation
import TFLite

/// One thing that a user asks for: a word of `pipeline`, an entry of a recipe, a row of the report.
///
/// A step is a value that holds its options. Its type brings all that there is to say about it in one
/// file, and one line in `StepCatalog.all` makes the type known everywhere. `init()` has every option
/// at its default; what a required option holds then does not matter.
package protocol Step: Sendable {
  /// As the user writes it.
  static var name: String { get }
  /// One line for people who choose among steps.
  static var summary: String { get }
  /// How it is written in `pipeline`, for an error that lists the steps.
  static var example: String { get }
  /// The rows of its options.
  static var options: [StepOption<Self>] { get }
  /// How the step is a command of its own; nil where it only belongs to pipelines.
  static var command: StepCommand? { get }
  /// The types of all passes that values of this type can ask for.
  static var passes: [any Pass.Type] { get }
  /// Values that differ in suffix or needs, for STEPS.md.
  static var variants: [Self] { get }

  init()

  /// Checks the options against one another, once all that were given are set, and completes them.
  mutating func check(_ given: GivenOptions) throws(StepFault)

  /// What stands before the extension in the default output's name.
  var suffix: String { get }
  var needs: StepNeeds { get }
  /// Patterns that must match something of the model.
  var rules: [Selection.Rule] { get }
  /// The file is to be serialized anew whatever changes: that counts as work, and needs no model that
  /// could run.
  var isRewrite: Bool { get }

  /// Returns the passes that carry the step out, in their order; constants are decoded before them.
  func passes(on samples: CalibrationSource) -> [any Pass]

  /// Returns what the step has to say beyond the model, after its passes ran.
  func result(in job: Job) -> (any StepResult)?

  /// What errors call a step that changes nothing and only estimates; nil for all others.
  var estimateName: String? { get }

  /// Returns the estimate of a step that has an `estimateName`.
  func estimate(
    of file: ModelFile, options: RunOptions, selection: Selection
  ) throws -> (any StepResult)?
}

extension Step {
  package static var options: [StepOption<Self>] { [] }
  package static var command: StepCommand? { nil }
  package static var variants: [Self] { [Self()] }

  package mutating func check(_ given: GivenOptions) throws(StepFault) {}

  package var needs: StepNeeds { StepNeeds() }
  package var rules: [Selection.Rule] { [] }
  package var isRewrite: Bool { false }
  package var estimateName: String? { nil }

  package func result(in job: Job) -> (any StepResult)? { nil }

  package func estimate(
    of file: ModelFile, options: RunOptions, selection: Selection
  ) throws -> (any StepResult)? { nil }

  package var name: String { Self.name }
}

/// What a step did or found, as a value of a type of its own.
package protocol StepResult: Sendable {}

/// A result that samples had a part in.
package protocol CalibratedResult: StepResult {
  var calibration: CalibrationSummary? { get }
}

/// What a step needs beside the model.
package struct StepNeeds: Sendable {
  /// Whether statistics that were gathered before can stand for the samples.
  package enum Statistics: Sendable {
    /// The step does not look at statistics.
    case unused
    case taken
    /// The step is one that takes statistics, but not with these options.
    case refused(StepFault)
  }

  /// Why the step cannot do without samples; nil where it can.
  package var samples: StepFault?
  package var statistics: Statistics

  package init(samples: StepFault? = nil, statistics: Statistics = .unused) {
    self.samples = samples
    self.statistics = statistics
  }

  package var usesStatistics: Bool {
    if case .unused = statistics { false } else { true }
  }
}

/// How a step is a command of its own, with its options as `--key value`.
package struct StepCommand: Sendable {
  /// Options of the command line that only some steps take.
  package enum Extra: Sendable {
    /// Statistics that stand for samples.
    case calibration
    /// A table of what several choices would give.
    case whatIf
    /// A file for what was decided about each operator.
    case savePlan
  }

  /// What follows MODEL, such as "--sparsity S".
  package let usage: String
  /// Command lines without the tool's name.
  package let examples: [String]
  /// Each with the key of the step's option that follows it in help; nil stands behind all of them.
  package let extras: [(option: Extra, before: String?)]
  /// Steps with lower ranks are listed first.
  package let rank: Int

  package init(
    usage: String, examples: [String], extras: [(option: Extra, before: String?)] = [],
    rank: Int = .max
  ) {
    self.usage = usage
    self.examples = examples
    self.extras = extras
    self.rank = rank
  }
}
