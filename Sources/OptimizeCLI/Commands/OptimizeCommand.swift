import Evaluation
import Optimizer
import Platform
import Report
import TFLite

/// Carries out `quantize` and `pipeline`: read, run, judge, write, report.
struct OptimizeCommand {
  let request: OptimizeRequest
  let console: Console
  let commandLine: [String]

  var arguments: Arguments { request.arguments }

  func run() throws -> ExitCode {
    let file = try ModelFile(
      MappedFile(path: request.input), dropsUnknown: arguments.has(Options.dropUnknown),
      maxMemory: request.options.maxMemory)
    if let rule = request.selection.unmatched(in: file.model).first {
      throw UsageFault(
        "'\(rule.text)' matches no tensor and no operator of '\(request.input)'",
        help: "'optimize inspect \(request.input) --tensors' lists the names")
    }
    // What is wrong with the samples shows before the work is done.
    if arguments.has(Options.whatIf) { return try whatIf(file) }
    if request.estimates { return try estimate(file) }
    let comparison = try request.samples.map {
      try ModelComparison(file, path: request.input, $0)
    }
    var samples = CalibrationSource(samples: comparison?.source ?? .none)
    if !request.calibration.isEmpty {
      let model = try StatisticsRun(on: file, options: request.options).model
      samples.statistics = try StatisticsFiles.statistics(
        request.calibration, of: model, digest: Measurement.sha256(file.file), path: request.input)
    }
    let outcome = try Pipeline(
      request.steps, options: request.options, selection: request.selection, samples: samples
    ).run(on: file)
    var report = report(on: file, outcome)
    if !outcome.isChanged { return try finishUnchanged(file, comparison, &report) }
    let size = outcome.writer.count
    let mayGrow = arguments.has(Options.allowLarger) || request.steps.allSatisfy(\.mayGrow)
    if size > file.bytes.count, !mayGrow {
      let message = "the result would be larger: \(file.bytes.count) → \(size) bytes"
      return try refuse(message, help: "--allow-larger writes it all the same", &report)
    }
    report.output = ReportDocument.File(path: request.output, bytes: size)
    return try write(file, outcome, comparison, &report)
  }

  // MARK: Outcomes

  private func finishUnchanged(
    _ file: ModelFile, _ comparison: ModelComparison?, _ report: inout ReportDocument
  ) throws -> ExitCode {
    guard arguments.has(Options.allowUnchanged) else {
      return try refuse(
        "nothing to do: no tensor of '\(request.input)' was changed",
        notes: report.whyUnchanged, help: "--allow-unchanged writes a copy and exits 0", &report)
    }
    report.output = ReportDocument.File(path: request.output, bytes: file.bytes.count)
    report.gates =
      cheapGates(size: file.bytes.count, file.model) + sparsityGate(report.pruning)
    try measure(file, file, comparison, nil, &report)
    let failed = !report.gates.allSatisfy(\.passed)
    if failed, !arguments.has(Options.writeOnFail), !arguments.has(Options.dryRun) {
      return try failGates(&report)
    }
    if !arguments.has(Options.dryRun) {
      try Emission.copy(file, to: request.output, replacing: arguments.has(Options.force))
    }
    return try publish(&report, failed ? .gate : .done)
  }

  private func refuse(
    _ message: String, notes: [String] = [], help: String, _ report: inout ReportDocument
  ) throws -> ExitCode {
    report.output = nil
    let code = try publish(&report, .nothing)
    console.error(
      Diagnostic(
        message: message, notes: notes + ["nothing was written"], help: help, exitCode: .nothing
      ).text)
    return code
  }

  private func write(
    _ file: ModelFile, _ outcome: Pipeline.Outcome, _ comparison: ModelComparison?,
    _ report: inout ReportDocument
  ) throws -> ExitCode {
    report.gates =
      cheapGates(size: outcome.writer.count, outcome.model) + sparsityGate(report.pruning)
    let isDryRun = arguments.has(Options.dryRun)
    let mayFail = arguments.has(Options.writeOnFail)
    if !report.gates.allSatisfy(\.passed), !mayFail, !isDryRun { return try failGates(&report) }
    let needsFile =
      request.json != nil || request.html != nil || request.gates.maxDownload != nil
      || comparison != nil || !outcome.context.clustered.isEmpty
    func judge(_ path: String) throws -> Bool {
      if needsFile {
        let written = try ModelFile(MappedFile(path: path), maxMemory: Int.max)
        try measure(file, written, comparison, outcome, &report)
      }
      return report.gates.allSatisfy(\.passed) || mayFail
    }
    if isDryRun {
      if needsFile { try withScratchFile(outcome.writer) { _ = try judge($0) } }
      report.warnings.append("dry run: nothing was written")
    } else if needsFile, request.output == "-" || FileSystem.isSpecial(request.output) {
      // What cannot be read back is judged as a file first.
      try withScratchFile(outcome.writer) { scratch in
        guard try judge(scratch) else { return }
        try Emission.write(outcome.writer, to: request.output, replacing: true) { _ in true }
      }
    } else {
      try Emission.write(
        outcome.writer, to: request.output, replacing: arguments.has(Options.force)
      ) { path in try path.map(judge) ?? true }
    }
    let failed = !report.gates.allSatisfy(\.passed)
    if failed, !mayFail, !isDryRun { return try failGates(&report) }
    return try publish(&report, failed ? .gate : .done)
  }

  /// The result as a file that goes again.
  func withScratchFile<Result>(
    _ writer: ModelWriter, _ body: (_ path: String) throws -> Result
  ) throws -> Result {
    let folder = FileSystem.temporaryFolder
    let scratch = "\(folder)/optimize-\(UInt64.random(in: 0...UInt64.max)).tflite"
    defer { FileSystem.remove(scratch) }
    try Emission.write(writer, to: scratch, replacing: true) { _ in true }
    return try body(scratch)
  }

  private func failGates(_ report: inout ReportDocument) throws -> ExitCode {
    report.output = nil
    let code = try publish(&report, .gate)
    for gate in report.gates where !gate.passed {
      console.error("error: gate \(gate.name) failed: \(gate.value), limit \(gate.limit)\n")
    }
    console.error(
      "note: nothing was written\nhelp: --write-on-fail writes the result all the same\n")
    return code
  }

  // MARK: Report

  private func report(on file: ModelFile, _ outcome: Pipeline.Outcome) -> ReportDocument {
    var report = ReportDocument(
      toolVersion: CommandLineTool.version, command: commandLine,
      input: ReportDocument.File(path: request.input, bytes: file.bytes.count),
      minRuntime: .init(
        before: file.model.leastRuntime?.description,
        after: outcome.model.leastRuntime?.description))
    ReportBuilder(before: file.model, after: outcome.model, context: outcome.context)
      .fill(&report)
    report.steps = outcome.records.map { record in
      ReportDocument.Step(
        name: record.step.name, options: record.step.described, seconds: record.seconds,
        bytesBefore: record.bytesBefore, bytesAfter: record.bytesAfter, changes: record.changes)
    }
    report.add(outcome.results)
    report.warnings = file.warnings + (outcome.context.calibration?.warnings ?? [])
    return report
  }

  private func cheapGates(size: Int, _ model: Model) -> [ReportDocument.Gate] {
    var gates: [ReportDocument.Gate] = []
    if let limit = request.gates.maxSize { gates.append(.atMost("max-size", limit, size)) }
    if let limit = request.gates.maxRuntime { gates.append(.runtime(limit, model.leastRuntime)) }
    return gates
  }

  private func sparsityGate(_ pruning: ReportDocument.Pruning?) -> [ReportDocument.Gate] {
    guard let limit = request.gates.minSparsity else { return [] }
    let reached = pruning?.sparsity
    return [
      ReportDocument.Gate(
        name: "min-sparsity", limit: "\(limit)",
        value: reached.map { "\($0)" } ?? "unknown: no weight was pruned",
        passed: reached.map { $0 >= limit } ?? false)
    ]
  }

  /// Digests, compressibility, quality and the gates that need them, of the file as it was written.
  private func measure(
    _ file: ModelFile, _ written: ModelFile, _ comparison: ModelComparison?,
    _ outcome: Pipeline.Outcome?, _ report: inout ReportDocument
  ) throws {
    let calibration = outcome?.context.calibration
    let measurement = Measurement(level: 6, threads: request.options.threads)
    report.checkClusters(in: written)
    if let limit = request.gates.maxDownload {
      report.gates.append(.atMost("max-download", limit, measurement.download(written.file)))
    }
    if let comparison {
      try comparison.compare(
        with: written, path: request.output,
        tensors: request.json != nil || request.html != nil || calibration != nil,
        calibratedOn: calibration?.digests ?? [], in: &report)
      advise(outcome?.results ?? [], &report)
      if let quality = report.quality { report.gates += request.gates.quality.judge(quality) }
    }
    guard request.json != nil || request.html != nil else { return }
    report.input.sha256 = Measurement.sha256(file.file)
    report.output?.sha256 = Measurement.sha256(written.file)
    try report.addCompressibility(before: file, after: written, measurement)
  }

  /// What the figures say to try next, by the last step that has an opinion.
  private func advise(_ results: [any StepResult], _ report: inout ReportDocument) {
    guard let adviser = results.lazy.compactMap({ $0 as? any AdvisingResult }).last else { return }
    // What files of statistics were made from is not known here.
    if !request.calibration.isEmpty { report.quality?.basis = .given }
    adviser.advise(in: &report)
  }

  func publish(_ report: inout ReportDocument, _ code: ExitCode) throws -> ExitCode {
    report.exitCode = code.rawValue
    if let path = arguments[Options.saveRecipe] {
      try ReportSink(console: console).write(Recipe(steps: request.steps).json, to: path)
    }
    if request.json != nil || request.html != nil, report.input.sha256 == nil {
      report.input.sha256 = Measurement.sha256(try MappedFile(path: request.input))
    }
    do {
      try ReportSink(console: console).publish(report, arguments)
    } catch let cause as SystemError {
      let isWritten = !arguments.has(Options.dryRun)
      throw ReportFault(cause: cause, written: isWritten ? report.output?.path : nil)
    }
    return code
  }
}
