import Evaluation

/// Gives each weight tensor a few distinct values. Helps downloads: only the compressed file
/// shrinks. With samples the values are fitted to the inputs that they multiply.
package struct ClusterStep: Step, Equatable {
  package var options: ClusterOptions

  package init() { self.init(ClusterOptions(clusters: 32)) }

  package init(_ options: ClusterOptions) { self.options = options }

  package static let name = "cluster"
  package static let summary =
    "give weights few distinct values, so that they shrink under compression"
  package static let example = "cluster:clusters=32"
  package static let passes: [any Pass.Type] = [Cluster.self]

  package static let command: StepCommand? = StepCommand(
    usage: "--clusters K",
    examples: [
      "cluster model.tflite --clusters 32",
      "cluster model.tflite --clusters 16 --shared-codebook --entropy",
      "cluster model.tflite --clusters 32 --rep-data samples --max-error 0.02",
      "cluster model.tflite --what-if",
    ], extras: [(.whatIf, nil)], rank: 3)

  package static let variants: [Self] = {
    var weighted = Self()
    weighted.options.isWeighted = true
    return [Self(), weighted]
  }()

  package static let options: [StepOption<Self>] = [
    .number(
      "clusters", "K", \.options.clusters, in: 2...256, noun: "number of clusters",
      "distinct values of a weight tensor at most, 2 to 256"
    ).required(
      command: StepFault("no number of clusters given", help: "such as --clusters 32"),
      pipeline: StepFault("step 'cluster' needs clusters", help: "such as cluster:clusters=32")),
    codebook("per-channel", .channel, "a codebook for each channel"),
    codebook(
      "shared-codebook", .shared,
      "one codebook of integers, and a scale for each channel: int8 keeps the values exactly"
    ),
    .flag(
      "preserve-zero", \.options.preservesZero,
      "0 is always one of the values, even if a tensor has no zeros"),
    .flag(
      "weighted", \.options.isWeighted,
      "weigh errors by the inputs that they are multiplied by; needs --rep-data"
    ),
    .flag(
      "entropy", \.options.isRateAware,
      "prefer frequent values: smaller under compression, up to twice the squared error"),
  ]

  /// Which weights or channels share a codebook; at most one of these options is on.
  private static func codebook(
    _ key: String, _ scope: ClusterScope, _ help: String
  ) -> StepOption<Self> {
    .flag(
      key, help, isOn: { $0.options.scope == scope },
      set: { (step: inout Self, isOn: Bool) throws(StepFault) in
        guard isOn else { return }
        guard step.options.scope == .tensor else {
          throw StepFault("per-channel and shared-codebook exclude each other")
        }
        step.options.scope = scope
      })
  }

  package var suffix: String { "cluster" }

  package var needs: StepNeeds {
    guard options.isWeighted else { return StepNeeds() }
    return StepNeeds(
      samples: StepFault(
        "weighted clusters need representative data", help: "pass a folder with --rep-data DIR"))
  }

  package func passes(on samples: CalibrationSource) -> [any Pass] {
    [Cluster(options, samples: samples)]
  }

  package func result(in job: Job) -> (any StepResult)? { job.findings[ClusterResult.self] }
}
