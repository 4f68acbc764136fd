import Evaluation
import Interpreter
import Optimizer
import Platform
import Report
import Samples
import TFLite

/// A model that others are compared with, on samples, or on random inputs where there are none.
package struct ModelComparison {
  private let request: SampleRequest
  private let file: ModelFile
  private var model: Model { file.model }
  private let path: String
  private let inputs: [Port]
  private let samples: FoundSamples?
  /// The same samples; those that were read before come from memory.
  package let source: SampleSource

  /// The number of random inputs in a comparison without samples.
  private static let randomSamples = 8

  /// Prepares the model and finds the samples, so that their errors show at once. The interpreter's
  /// memory is free again until models are compared. `path` names the model in errors.
  package init(_ file: ModelFile, path: String, _ request: SampleRequest) throws {
    self.request = request
    self.file = file
    self.path = path
    let interpreter = try Self.interpreter(file, path, request)
    inputs = interpreter.inputs
    samples = try request.found(
      for: inputs, of: file, classCount: ClassTally.classCount(of: interpreter.outputs))
    source = samples.map { Self.source($0, of: file, request) } ?? .none
  }

  private static func source(
    _ samples: FoundSamples, of file: ModelFile, _ request: SampleRequest
  ) -> SampleSource {
    var ranges: [Int: ClosedRange<Float>] = [:]
    let infos = ModelInputInfo.all(in: file)
    if infos.count == file.model.subgraphs.first?.inputs?.count {
      for (position, info) in infos.enumerated() { ranges[position] = info.range }
    }
    // Fewer than 20 samples are too few to hold some out.
    let split = SampleSplit(holdout: request.holdout ?? (samples.count >= 20 ? 0.2 : 0))
    return SampleSource(
      count: samples.count, split: split, inputRanges: ranges, classes: samples.classes
    ) {
      try samples.sample(at: $0)
    }
  }

  /// Returns samples of another path, prepared as the request says. Their classes are `labels`, or what the
  /// request's say of these samples too.
  func others(_ path: String, labels own: String?) throws -> SampleSource {
    let outputs = try Self.interpreter(file, self.path, request).outputs
    let set = try request.samples([path], for: inputs, of: file)
    guard own == nil || request.labels != nil else {
      throw UsageFault(
        "--validation-labels needs the classes of the other samples",
        help: "pass these with --labels")
    }
    let classCount = ClassTally.classCount(of: outputs)
    let labels: Labels?
    do {
      let source = own.flatMap { request.labels?.at($0) } ?? request.labels
      labels = try source?.labels(of: set, model: file, classCount: classCount)
    } catch LabelFault.wrongCount where own == nil {
      throw Self.labelsInOrder
    }
    if own == nil, labels?.areInOrder == true { throw Self.labelsInOrder }
    let found = FoundSamples(set, classes: labels?.classes)
    return SampleSource(count: found.count, classes: found.classes) { try found.sample(at: $0) }
  }

  private static let labelsInOrder = UsageFault(
    "labels in the order of the --rep-data samples do not say the classes of --validation",
    help: "pass theirs with --validation-labels, or label all by folders or by a list of files")

  private static func interpreter(
    _ file: ModelFile, _ path: String, _ request: SampleRequest
  ) throws -> Interpreter {
    do {
      return try Interpreter(file, options: request.options)
    } catch {
      throw LocatedFault(cause: error, path: path, isOfPreparation: true)
    }
  }

  /// How samples became inputs.
  package var preparations: [String] { samples?.preparations ?? [] }
  package var warnings: [String] { samples?.warnings ?? [] }

  /// Runs both models and fills in the report's quality; `path` names the other model in errors.
  ///
  /// Given the digests of all samples, it leaves out the samples that calibration used, unless
  /// there are no others. `factors` are those of the channels of tensors, by tensor name; without
  /// them they are estimated.
  package func compare(
    with other: ModelFile, path: String, tensors: Bool, listsOperators: Bool = false,
    calibratedOn digests: [UInt64] = [], factors: [String: [Float]]? = nil,
    in report: inout ReportDocument
  ) throws {
    let comparison = try Comparison(
      reference: Self.interpreter(file, self.path, request),
      other: Self.interpreter(other, path, request), tensors: tensors, factors: factors)
    var (before, after) = (ClassTally(), ClassTally())
    let all = Array(0..<(samples?.count ?? request.most ?? Self.randomSamples))
    let kept = all.filter {
      digests.indices.contains($0) && !source.split.isForCalibration(digests[$0])
    }
    let indices = kept.isEmpty ? all : kept
    let stage = ProgressStage("comparing", of: indices.count, "samples")
    defer { stage.end() }
    for index in indices {
      defer { stage.advance() }
      let sample =
        samples != nil
        ? try source.sample(index)
        : RandomInputs.arrays(comparison.reference, seed: UInt64(index) + 1)
      do {
        try comparison.add(sample)
        if let samples, let label = samples.classes?[index] {
          let outputs = comparison.reference.outputs.indices.map(comparison.values(ofOutput:))
          let name = samples.name(of: index)
          try before.add(
            outputs.map { .init($0.reference, shape: $0.shape) }, label: label, sample: name)
          try after.add(
            outputs.map { .init($0.other, shape: $0.shape) }, label: label, sample: name)
        }
      } catch let fault as InterpreterFault {
        let source = samples.map { "on the sample \($0.description(of: index))" }
        throw LocatedFault(cause: fault, path: path, notes: source.map { [$0] } ?? [])
      }
    }
    guard comparison.outputRows.contains(where: { $0.statistics.elements > 0 }) else {
      throw ComparisonFault.noNumbers
    }
    var quality = ReportDocument.Quality(comparison, isRandom: samples == nil)
    quality.preparations = preparations
    quality.skipped = samples?.skipped ?? []
    if listsOperators {
      try quality.listOperators(of: other.model, before: file.model, comparison) {
        try file.relativeError(of: $0, in: other, as: $1)
      }
    }
    if !digests.isEmpty { quality.basis = kept.isEmpty ? .calibration : .heldOut }
    if samples?.classes != nil { quality.accuracy = .init(before: before.top1, after: after.top1) }
    report.quality = quality
    report.warnings += warnings + warnings(quality)
    report.warnings += before.shift.map { [$0] } ?? []
  }

  /// Returns warnings about what the figures leave out.
  private func warnings(_ quality: ReportDocument.Quality) -> [String] {
    var warnings: [String] = []
    let zeros = inputs.filter { samples == nil && !RandomInputs.canFill($0) }
    if !zeros.isEmpty {
      let names = zeros.map { "'\($0.label)' (\($0.type))" }.joined(separator: ", ")
      warnings.append("random inputs are all zeros for \(names); --rep-data DIR takes samples")
    }
    for output in quality.outputs where output.notFiniteReference > 0 {
      warnings.append(
        "\(Numbers.counted(output.notFiniteReference, "value")) of '\(output.name)' left out: "
          + "NaN or infinite in the first model")
    }
    if let key = request.options.signature, !request.others.isEmpty {
      warnings.append(
        "ranges are from all signatures that have samples, but only '\(key)' was compared; "
          + "'compare' with --signature KEY shows another")
    }
    warnings += quality.outputs.compactMap(\.lostColumns)
    let others = model.signatures.compactMap { $0.key?.description }
    if others.count > 1, request.options.signature == nil {
      warnings.append(
        "the model has signatures \(others.joined(separator: ", ")); only that of the first "
          + "subgraph was compared, --signature KEY picks another")
    }
    return warnings
  }
}
