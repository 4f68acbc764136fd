import Evaluation
import OpSet
import TFLite

/// One thing that a user asks for: a word of `pipeline`, an entry of a recipe, a row of the report.
///
/// A step is a value that holds its options. Its type declares all facts about it in one file, and
/// one line in `StepCatalog.all` makes it known everywhere. `init()` sets every option to its
/// default; the value of a required option does not matter there.
package protocol Step: Sendable {
  /// The name that the user writes.
  static var name: String { get }
  /// One line that helps people to choose a step.
  static var summary: String { get }
  /// An example for `pipeline`, in the error that lists the steps.
  static var example: String { get }
  /// The rows of its options.
  static var options: [StepOption<Self>] { get }
  /// The command of the step; nil if it only belongs to pipelines.
  static var command: StepCommand? { get }
  /// The types of all passes that values of this type can return.
  static var passes: [any Pass.Type] { get }
  /// Values that differ in suffix or needs, for STEPS.md.
  static var variants: [Self] { get }

  init()

  /// Checks the options against one another after all given ones are set, and completes them.
  mutating func check(_ given: GivenOptions) throws(StepFault)

  /// The part of the default output's name before the extension.
  var suffix: String { get }
  var needs: StepNeeds { get }
  /// Patterns that must match something in the model.
  var rules: [Selection.Rule] { get }
  /// Whether the file is serialized again even if nothing changes. That counts as work, and the
  /// model need not be runnable.
  var isRewrite: Bool { get }

  /// Returns this step and the one behind it as they are when they follow each other; nil if that changes
  /// neither.
  func joined(with next: any Step) -> (any Step, any Step)?

  /// Returns the passes of the step, in their order. Constants are decoded before them.
  func passes(on samples: CalibrationSource) -> [any Pass]

  /// Returns the step's findings apart from the model, after its passes ran.
  func result(in job: Job) -> (any StepResult)?

  /// The kernels that will compute the step's result.
  var reference: ReferenceKernels { get }

  /// The name, in errors, of a step that only estimates and changes nothing; nil for all others.
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
  package var reference: ReferenceKernels { .litert }
  package var estimateName: String? { nil }

  package func joined(with next: any Step) -> (any Step, any Step)? { nil }

  package func result(in job: Job) -> (any StepResult)? { nil }

  package func estimate(
    of file: ModelFile, options: RunOptions, selection: Selection
  ) throws -> (any StepResult)? { nil }

  package var name: String { Self.name }
}

extension [any Step] {
  /// The kernels that will compute the result of all steps.
  package var reference: ReferenceKernels {
    lazy.map(\.reference).first { $0 != .litert } ?? .litert
  }
}

/// What a step did or found, as a value of a type of its own.
package protocol StepResult: Sendable {}

extension [any StepResult] {
  /// Returns the result of the type that came last; it includes earlier ones.
  package func last<Result: StepResult>(of type: Result.Type) -> Result? {
    lazy.compactMap { $0 as? Result }.last
  }
}

/// A result that samples contributed to.
package protocol CalibratedResult: StepResult {
  var calibration: CalibrationSummary? { get }
}

/// What a step needs besides the model.
package struct StepNeeds: Sendable {
  /// Whether statistics from an earlier run can replace the samples.
  package enum Statistics: Sendable {
    /// The step does not use statistics.
    case unused
    case taken
    /// The step takes statistics, but not with these options.
    case refused(StepFault)
  }

  /// Why the step needs samples; nil if it does not.
  package var samples: StepFault?
  package var statistics: Statistics
  /// Samples that judge training.
  package struct Validation: Sendable {
    package let path: String
    /// Where their classes are; nil where those of the others say them.
    package let labels: String?
  }

  /// Nil where some of the other samples judge training.
  package var validation: Validation?
  /// The path of the model whose results training wants; nil for the one that came in.
  package var teacher: String?

  package init(samples: StepFault? = nil, statistics: Statistics = .unused) {
    self.samples = samples
    self.statistics = statistics
  }

  package var usesStatistics: Bool {
    if case .unused = statistics { false } else { true }
  }
}

/// How a step is a command, with its options as `--key value`.
package struct StepCommand: Sendable {
  /// Options of the command line that only some steps take.
  package enum Extra: Sendable {
    /// Statistics in place of samples.
    case calibration
    /// A table of the results of several choices.
    case whatIf
    /// A file for the plan.
    case savePlan
  }

  /// The arguments after MODEL, such as "--sparsity S".
  package let usage: String
  /// Command lines without the tool's name.
  package let examples: [String]
  /// Each with the key of the step's option before which help lists it; nil for the end of the
  /// list.
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
