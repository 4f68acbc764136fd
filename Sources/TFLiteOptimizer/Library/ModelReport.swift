import JSON
import Optimizer
import Report
import TFLite

/// A report about one model, about a model before and after optimization, or about two models that
/// were compared.
public struct ModelReport: Sendable {
  let document: ReportDocument

  init(_ document: ReportDocument) { self.document = document }

  /// Measures the sizes of a model's parts and its compressibility; with `after`, those of both
  /// models.
  public init(
    of model: ModelSource, after other: ModelSource? = nil,
    options: OptimizationOptions = OptimizationOptions()
  ) throws(OptimizationError) {
    document = try OptimizationError.wrapping(model.name) {
      let first = try model.open(options)
      let second = try other.map { other in try Self.open(other, options) }
      return try ReportDocument(
        of: first, model.name, after: second.map { ($0, other?.name ?? "") },
        Measurement(level: 6, threads: options.run.threads), command: [])
    }
  }

  /// Measures the difference between the outputs of two models. Without samples it runs random
  /// inputs, and the report says so.
  public init(
    comparing model: ModelSource, with other: ModelSource, samples: SampleData? = nil,
    gates: [OptimizationGate] = [], options: OptimizationOptions = OptimizationOptions()
  ) throws(OptimizationError) {
    document = try OptimizationError.wrapping(model.name) {
      // Gates also accept random inputs, as in `optimize compare`.
      let limits = try JobGates(gates, samples ?? .arrays([]))
      let first = try model.open(options)
      let second = try Self.open(other, options)
      var request = try samples?.request(options) ?? SampleRequest()
      request.options = options.interpreter
      var report = ReportDocument(
        comparing: first, model.name, with: second, other.name, command: [])
      try ModelComparison(first, path: model.name, request)
        .compare(with: second, path: other.name, tensors: true, in: &report)
      report.gates =
        limits.judge(
          size: second.bytes.count, leastRuntime: second.model.leastRuntime, report.pruning)
        + (report.quality.map(limits.quality.judge) ?? [])
      if let limit = limits.maxDownload {
        let measurement = Measurement(level: 6, threads: options.run.threads)
        report.gates.append(.atMost("max-download", limit, measurement.download(second.file)))
      }
      if options.measuresAll { report.addDigests(first, second) }
      return report
    }
  }

  /// Errors name the second model.
  private static func open(
    _ model: ModelSource, _ options: OptimizationOptions
  ) throws(OptimizationError) -> ModelFile {
    try OptimizationError.wrapping(model.name) { try model.open(options) }
  }

  // MARK: Figures

  /// Bytes of the model's file.
  public var size: Int { document.input.bytes }
  /// Bytes of the result, or of the second model; nil if there is none.
  public var sizeAfter: Int? { document.output?.bytes }
  /// Bytes of the model's file under deflate, if that was measured.
  public var download: Int? { document.compressibility?.before?.deflate6 }
  /// Bytes of the result, or of the second model, under deflate.
  public var downloadAfter: Int? { document.compressibility?.after?.deflate6 }
  /// The least version of the runtime that runs the model, if known.
  public var runtime: String? { document.minRuntime.before }
  /// The least version of the runtime that runs the result, or the second model.
  public var runtimeAfter: String? { document.minRuntime.after }
  /// The constants of the model before and after.
  public var tensors: [Tensor] { document.tensors.map(Tensor.init(constant:)) }
  /// The difference of each output from that of the original model; empty if nothing was compared.
  public var outputs: [Output] { document.quality?.outputs.map(Output.init(row:)) ?? [] }
  /// The number of samples on which outputs were compared.
  public var samples: Int { document.quality?.samples ?? 0 }
  /// Whether there were no samples, so that inputs were random numbers.
  public var isRandom: Bool { document.quality?.isRandom ?? false }
  /// The shares of samples that both models classify correctly, if the samples have labels.
  public var accuracy: (before: Double, after: Double)? {
    document.quality?.accuracy.map { ($0.before.share, $0.after.share) }
  }
  /// The share of zeros in the weights that were pruned; nil if none were.
  public var sparsity: Double? { document.pruning?.sparsity }
  public var gates: [Gate] { document.gates.map(Gate.init(gate:)) }
  public var warnings: [String] { document.warnings }
  /// The next thing to try, if a trial showed that it helps.
  public var advice: String? { document.quality?.advice }

  // MARK: Text

  /// The report for people, as the command line prints it.
  public var text: String {
    document.tensors.isEmpty && document.quality != nil
      ? document.qualityText(allTensors: false) : document.text(verbose: false)
  }
  /// The report for programs, as `--json` writes it.
  public var json: String { document.json.text + "\n" }
  /// The report as one HTML page.
  public var html: String { document.html }
}

extension ModelReport {
  /// A constant, by the tensor that holds its data in the model.
  public struct Tensor: Sendable {
    let constant: ReportDocument.Constant

    public var name: String { constant.name }
    /// The constant's role in its operators, such as "weight" or "bias".
    public var role: String { constant.role.text }
    public var shape: [Int] { constant.shape }
    /// The encoding of the original constant, such as "float32".
    public var encoding: String { constant.before.text }
    public var encodingAfter: String { constant.after.text }
    public var bytes: Int { constant.bytesBefore }
    public var bytesAfter: Int { constant.bytesAfter }
    /// The reason why the constant was left unchanged; nil if it changed, or if no step looked at
    /// it.
    public var reason: String? { constant.reason?.text }
    /// The share of zeros that pruning reached; nil if it was not pruned.
    public var sparsity: Double? { constant.sparsity }
    /// Whether it is stored in another encoding.
    public var isReencoded: Bool { encoding != encodingAfter }
  }

  /// The difference of an output from that of the original model.
  public struct Output: Sendable {
    let row: ReportDocument.Quality.Row

    public var name: String { row.name }
    /// The signal to noise ratio in decibels; infinite if all values are equal.
    public var signal: Double { row.sqnr }
    /// The error relative to the output's size (L2).
    public var error: Double { row.relativeL2 }
    public var greatestError: Double { row.maxAbs }
    public var cosine: Double { row.cosine }
    /// The share of rows whose greatest value is at the same place; nil if rows have one value.
    public var agreement: Double? { row.argmaxAgreement }
    /// Values that are NaN or infinite only in the result.
    public var notFinite: Int { row.notFinite }
  }

  /// A gate's verdict.
  public struct Gate: Sendable {
    let gate: ReportDocument.Gate

    public var name: String { gate.name }
    public var limit: String { gate.limit }
    public var value: String { gate.value }
    public var passed: Bool { gate.passed }
  }
}
