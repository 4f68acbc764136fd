import Evaluation
import Interpreter
import Optimizer
import Pipelines
import Platform
import Report
import TFLite

/// Measures a job's result, judges it by the gates, and writes it if it may be kept.
struct Judgement {
  let job: JobRun
  let file: ModelFile
  let comparison: ModelComparison?
  let target: JobRun.Target

  private var policy: JobRun.Policy { job.policy }

  /// Judges the input as the result of steps that changed nothing.
  func copy(_ result: inout JobResult) throws {
    guard policy.allowsUnchanged else {
      try leaveAlone(&result)
      result.verdict = .unchanged
      return
    }
    result.report.output = ReportDocument.File(path: target.path, bytes: file.bytes.count)
    judgeCheaply(&result, size: file.bytes.count, file.model)
    try measure(file, nil, &result.report)
    if !passes(result.report) { result.verdict = .gatesFailed }
    guard target.isWritten, mayKeep(result.report) else { return }
    try Emission.copy(file.file, to: target.path, replacing: target.isReplacing)
  }

  /// Judges the input, which stays the only file, by the gates that were asked for.
  func leaveAlone(_ result: inout JobResult) throws {
    judgeCheaply(&result, size: file.bytes.count, file.model)
    guard job.gates.maxDownload != nil || job.gates.quality.asksAny else { return }
    try measure(file, nil, &result.report)
    result.report.quality = nil
  }

  /// Judges the result of the steps.
  func write(_ result: inout JobResult) throws {
    let outcome = result.outcome
    judgeCheaply(&result, size: outcome.writer.count, outcome.model)
    if !mayKeep(result.report), target.isWritten {
      result.verdict = .gatesFailed
      return
    }
    let needsFile =
      policy.measuresAll || job.gates.maxDownload != nil || comparison != nil
      || outcome.results.contains { $0 is ClusterResult }
    func judge(_ path: String) throws -> Bool {
      if needsFile {
        let written = try ModelFile(MappedFile(path: path), maxMemory: Int.max)
        try measure(written, outcome, &result.report)
      }
      return mayKeep(result.report)
    }
    if !target.isWritten {
      if needsFile { try outcome.writer.withScratchFile { _ = try judge($0) } }
    } else if needsFile, target.path == "-" || FileSystem.isSpecial(target.path) {
      // A target that cannot be read back is judged as a scratch file first.
      try outcome.writer.withScratchFile { scratch in
        guard try judge(scratch) else { return }
        try Emission.write(outcome.writer, to: target.path, replacing: true) { _ in true }
      }
    } else {
      try Emission.write(
        outcome.writer, to: target.path, replacing: target.isReplacing
      ) { path in try path.map(judge) ?? true }
    }
    if !passes(result.report) { result.verdict = .gatesFailed }
  }

  private func passes(_ report: ReportDocument) -> Bool { report.gates.allSatisfy(\.passed) }

  private func mayKeep(_ report: ReportDocument) -> Bool { passes(report) || policy.keepsFailed }

  private func judgeCheaply(_ result: inout JobResult, size: Int, _ model: Model) {
    result.report.gates = job.cheapGates(
      size: size, leastRuntime: model.leastRuntime, result.report.pruning)
    if job.gates.quality.asksAny { result.report.gates += result.outcome.nonFiniteGates }
  }

  /// Adds digests, compressibility, quality and the gates that need them, measured on the written
  /// file.
  private func measure(
    _ written: ModelFile, _ outcome: Pipeline.Outcome?, _ report: inout ReportDocument
  ) throws {
    let calibration = outcome?.calibration
    let measurement = Measurement(level: 6, threads: job.options.threads)
    report.checkClusters(in: written)
    if let limit = job.gates.maxDownload {
      report.gates.append(.atMost("max-download", limit, measurement.download(written.file)))
    }
    if let comparison {
      let factors = outcome?.results.last(of: QuantizeResult.self)?.channelFactors.byName
      let start = Clock.now()
      do {
        try comparison.compare(
          with: written, path: target.path, tensors: policy.measuresAll || calibration != nil,
          calibratedOn: calibration?.digests ?? [], factors: factors, in: &report)
      } catch let fault as LocatedFault {
        throw broken(by: fault) ?? fault
      }
      let seconds = Clock.now() - start
      let trainings = outcome?.trainings ?? []
      report.quality?.training = trainings.last
      report.quality?.rate = calibration?.rate
      report.quality?.preparations += trainings.map(\.text)
      if let unseen = calibration?.unseen { report.quality?.preparations.append(unseen.text) }
      if let rate = calibration?.rate { report.quality?.preparations.append(rate.text) }
      if let outcome, let calibration { advise(outcome, calibration, seconds, comparison, &report) }
      if let quality = report.quality { report.gates += job.gates.quality.judge(quality) }
    }
    guard policy.measuresAll else { return }
    let stage = ProgressStage("measuring sizes")
    defer { stage.end() }
    report.input.sha256 = Measurement.sha256(file.file)
    report.output?.sha256 = Measurement.sha256(written.file)
    try report.addCompressibility(before: file, after: written, measurement)
  }

  /// Returns the fault as one of the steps, or nil. The input was prepared before the steps ran, so
  /// an operator that cannot be prepared now is the steps' fault.
  private func broken(by fault: LocatedFault) -> PassFault? {
    guard fault.isOfPreparation, let step = job.steps.last,
      case .failed(let place, let cause)? = fault.cause as? InterpreterFault
    else { return nil }
    return PassFault(
      pass: step.name,
      cause: .invalid([.init("\(place.name) (\(place))", Diagnostic.sentence(cause))]))
  }

  /// Adds the source of the ranges, and what to try next if a trial found something.
  private func advise(
    _ outcome: Pipeline.Outcome, _ calibration: CalibrationSummary, _ seconds: Double,
    _ comparison: ModelComparison, _ report: inout ReportDocument
  ) {
    report.quality?.calibrationSamples = calibration.samples
    report.quality?.setsRanges = calibration.setsRanges
    // Files of statistics do not say which samples they come from.
    if !job.statistics.isEmpty { report.quality?.basis = .given }
    guard policy.advises, let quality = report.quality else { return }
    let trials = Trials(
      job: job, file: file, comparison: comparison, digests: calibration.digests)
    report.quality?.advice = trials.advice(
      on: quality, seconds: outcome.records.map(\.seconds).reduce(seconds, +))
  }
}

extension ModelWriter {
  /// Passes the result to the closure as a file, which is removed afterwards.
  func withScratchFile<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    try TemporaryFiles.withScratchFile { scratch in
      try Emission.write(self, to: scratch, replacing: true) { _ in true }
      return try body(scratch)
    }
  }
}

extension TemporaryFiles {
  /// Passes a new name in the folder for temporary files to the closure; the file is removed
  /// afterwards.
  static func withScratchFile<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
    let folder = FileSystem.temporaryFolder
    let scratch = "\(folder)/optimize-\(UInt64.random(in: 0...UInt64.max)).tflite"
    add(scratch)
    defer {
      FileSystem.remove(scratch)
      forget(scratch)
    }
    return try body(scratch)
  }
}
