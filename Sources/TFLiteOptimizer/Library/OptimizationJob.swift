import JSON
import Optimizer
import Pipelines
import Platform
import Report
import TFLite

/// A model and the steps, samples and gates to apply to it.
///
///     let job = OptimizationJob(
///       model: "model.tflite", steps: [.quantize(.int8)], samples: .files("samples"),
///       gates: [.minAgreement(99)])
///     try job.run().write(to: "model.int8.tflite")
///
/// The same job gives the same bytes, on any number of threads.
public struct OptimizationJob: Sendable {
  public var model: ModelSource
  /// The steps, in the order in which they run.
  public var steps: [OptimizationStep]
  /// Nil if the result is not compared and no step needs samples.
  public var samples: SampleData?
  public var gates: [OptimizationGate]
  public var options: OptimizationOptions

  public init(
    model: ModelSource, steps: [OptimizationStep], samples: SampleData? = nil,
    gates: [OptimizationGate] = [], options: OptimizationOptions = OptimizationOptions()
  ) {
    self.model = model
    self.steps = steps
    self.samples = samples
    self.gates = gates
    self.options = options
  }

  /// Runs the steps, compares the result with the model on the samples, and judges it.
  ///
  /// It writes only a temporary file, which is removed. A result that fails a gate is an outcome
  /// too; `Outcome.write(to:)` refuses it.
  public func run() throws(OptimizationError) -> Outcome {
    try OptimizationError.wrapping(model.name) {
      let job = try jobRun()
      let file = try model.open(options)
      let target = JobRun.Target(path: Outcome.name, isWritten: false, isReplacing: false)
      return Outcome(try job.run(on: file, to: target), of: file, job)
    }
  }

  /// Returns the steps as JSON, for `OptimizationStep.recipe(_:)` and `optimize pipeline --recipe`.
  public func recipe() throws(OptimizationError) -> String {
    try OptimizationError.wrapping(model.name) {
      Recipe(steps: try steps.map { step in try step.made() }).json.text + "\n"
    }
  }

  private func jobRun() throws(UsageFault) -> JobRun {
    guard !steps.isEmpty else { throw UsageFault("no step given") }
    var made: [any Step] = []
    for step in steps { made.append(try step.made()) }
    if let name = made.lazy.compactMap(\.estimateName).first {
      throw UsageFault("\(name) is only an estimate, which the command line makes")
    }
    try JobRun.check(
      made, hasSamples: samples != nil, hasStatistics: !options.statistics.isEmpty)
    var job = JobRun(made, input: model.name, command: [])
    job.options = options.run
    job.options.runtime = try options.runtime.map(JobGates.runtime)
    job.selection = options.selection
    job.gates = try JobGates(gates, samples)
    job.samples = try samples?.request(options)
    job.statistics = options.statistics
    job.policy = options.policy
    return job
  }
}

extension OptimizationJob {
  /// The outcome of a job. It refers to the model's file, which must not change.
  public struct Outcome: Sendable {
    /// Whether the result may be written.
    public enum Verdict: Equatable, Sendable {
      case accepted
      /// The report says which gates.
      case gatesFailed
      /// No tensor was changed; the report says why.
      case unchanged
      /// The result would be larger than the model.
      case larger
    }

    /// The name of the result in reports.
    static let name = "result"

    public let verdict: Verdict
    public let report: ModelReport
    private let refusal: Diagnostic?
    private let file: ModelFile
    /// Nil where the result is the input.
    private let writer: ModelWriter?

    init(_ result: JobResult, of file: ModelFile, _ job: JobRun) {
      self.file = file
      writer = result.outcome.isChanged ? result.outcome.writer : nil
      report = ModelReport(result.report)
      switch result.verdict {
      case .done: verdict = .accepted
      case .gatesFailed: verdict = job.policy.keepsFailed ? .accepted : .gatesFailed
      case .unchanged: verdict = .unchanged
      case .larger: verdict = .larger
      }
      refusal =
        verdict == .accepted
        ? nil
        : result.refusal(
          of: job.input,
          help: .init(
            unchanged: "options.allowsUnchanged accepts a copy",
            larger: "options.allowsLarger accepts it all the same",
            gates: "options.allowsFailedGates accepts the result all the same"))
    }

    /// Writes the result beside `path`, reads it again, compares, and renames it.
    ///
    /// Throws if the result is not accepted, or if the file exists and `replacing` is false.
    public func write(to path: String, replacing: Bool = false) throws(OptimizationError) {
      try OptimizationError.wrapping(path) {
        if let refusal { throw refusal }
        guard let writer else {
          return try Emission.copy(file.file, to: path, replacing: replacing)
        }
        try Emission.write(writer, to: path, replacing: replacing) { _ in true }
      }
    }

    /// Returns the bytes of the result's file. Throws if the result is not accepted.
    public func bytes() throws(OptimizationError) -> [UInt8] {
      try OptimizationError.wrapping(Self.name) {
        if let refusal { throw refusal }
        guard let writer else { return Self.copy(of: file.file) }
        return try writer.withScratchFile { Self.copy(of: try MappedFile(path: $0)) }
      }
    }

    /// Returns a copy of the bytes, since the mapping ends with the file.
    private static func copy(of file: MappedFile) -> [UInt8] {
      withExtendedLifetime(file) { Array(file.bytes) }
    }
  }
}
