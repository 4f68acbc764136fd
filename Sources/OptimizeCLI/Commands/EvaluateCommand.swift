import Interpreter
import JSON
import Platform
import Report
import Samples
import TFLite
import TFLiteOptimizer

/// `evaluate`: how often a classifier is right on samples with labels.
struct EvaluateCommand {
  private let invocation: Invocation
  private let path: String
  private let file: ModelFile
  private let interpreter: Interpreter
  private let request: SampleRequest
  private let labelRequest: LabelRequest

  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try EvaluateCommand(invocation).run()
  }

  private init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let arguments = invocation.arguments
    path = try invocation.model()
    request = try SampleRequest(arguments)
    guard !request.paths.isEmpty else { throw SampleRequest.missingSamples(Options.repData) }
    guard let labelRequest = request.labels else {
      throw UsageFault(
        "no labels given", help: "pass a file with --labels FILE, or --labels folders")
    }
    self.labelRequest = labelRequest
    try invocation.checkedReports(inputs: [path])
    file = try invocation.openModel(path)
    interpreter = try Interpreter(file, options: request.options)
  }

  private func run() throws -> ExitCode {
    let samples = try request.samples(request.paths, for: interpreter.inputs, of: file)
    let labels = try labelRequest.labels(
      of: samples, model: file, classCount: ClassTally.classCount(of: interpreter.outputs))
    var reals: SampleSet?
    var tally = ClassTally()
    let stage = ProgressStage("evaluating", of: samples.count, "samples")
    defer { stage.end() }
    for index in 0..<samples.count {
      defer { stage.advance() }
      let outputs = try interpreter.run(try arrays(index, samples, &reals))
      let rows = interpreter.outputs.indices.map { output in
        ClassTally.Row(interpreter.outputValue(output).reals, shape: outputs[output].shape)
      }
      try tally.add(rows, label: labels.classes[index], sample: samples.name(of: index))
      interpreter.resetState()
    }
    try publish(tally, samples, labels)
    return .done
  }

  /// Floats for an integer input are quantized, as `compare` does; `reals` reads them.
  private func arrays(
    _ index: Int, _ samples: SampleSet, _ reals: inout SampleSet?
  ) throws -> [DenseArray] {
    do throws(SampleFault) {
      return try samples.sample(at: index)
    } catch {
      guard error.isOfReals else { throw error }
      let set = try reals ?? samples.asReals()
      reals = set
      return try zip(interpreter.inputs, try set.sample(at: index)).map { port, array in
        try port.encoding(array)
      }
    }
  }

  // MARK: Report

  private func publish(_ tally: ClassTally, _ samples: SampleSet, _ labels: Labels) throws {
    let (arguments, console) = (invocation.arguments, invocation.console)
    if let target = arguments[Options.json] {
      try invocation.sink.write(json(tally, samples, labels), to: target)
    }
    if let target = arguments[Options.html] {
      try invocation.sink.write(report(tally, samples).html, to: target)
    }
    guard !arguments.has(Options.quiet) else { return }
    console.tell(warnings(tally, samples).map { "warning: \($0)" })
    guard !arguments.fillOutput else { return }
    let head = "\(path): \(Numbers.counted(samples.count, "sample")), \(tally.classes) classes"
    let lines =
      [head] + samples.preparations.map { "  \($0)" }
      + (labels.folders.isEmpty
        ? [] : ["  classes of folders: \(LabelFolder.text(labels.folders))"])
      + ["  top-1  \(tally.top1.text)"]
      + (tally.classes > 5 ? ["  top-5  \(tally.top5.text)"] : [])
    console.output(ReadableText.lines(lines))
  }

  private func skipped(_ samples: SampleSet) -> [JSONValue] {
    samples.bad.map { bad in
      .object([("sample", .string(bad.name)), ("reason", .string(bad.fault.message))])
    }
  }

  private func folders(_ labels: Labels) -> [JSONValue] {
    labels.folders.map { .object([("folder", .string($0.name)), ("class", .integer($0.index))]) }
  }

  private func warnings(_ tally: ClassTally, _ samples: SampleSet) -> [String] {
    file.warnings + samples.warnings + (tally.shift.map { [$0] } ?? [])
  }

  private func report(_ tally: ClassTally, _ samples: SampleSet) throws -> ReportDocument {
    var report = try ReportDocument(
      of: file, path, after: nil, Measurement(level: 6, threads: request.options.threads),
      command: invocation.commandLine)
    report.accuracy = ClassAccuracy(
      top1: tally.top1, top5: tally.top5, classes: tally.classes,
      preparations: samples.preparations)
    return report
  }

  private func json(_ tally: ClassTally, _ samples: SampleSet, _ labels: Labels) -> JSONValue {
    .object([
      "schemaVersion": .integer(1), "tool": Tool.json,
      "command": .array(invocation.commandLine.map(JSONValue.string)),
      "input": .object([
        ("path", .string(path)), ("bytes", .integer(file.bytes.count)),
        ("sha256", .string(Measurement.sha256(file.file))),
      ]),
      "accuracy": .object([
        ("samples", .integer(samples.count)), ("classes", .integer(tally.classes)),
        ("top1", tally.top1.json), ("top5", tally.top5.json),
        ("preparations", .array(samples.preparations.map(JSONValue.string))),
        ("skippedCount", .integer(samples.badCount)), ("skipped", .array(skipped(samples))),
        ("folders", .array(folders(labels))),
      ]),
      "warnings": .array(warnings(tally, samples).map(JSONValue.string)),
      "exitCode": .integer(Int(ExitCode.done.rawValue)),
    ])
  }
}
