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
  private let samplePath: String
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
    guard let samplePath = request.path else { throw SampleRequest.missingSamples(Options.repData) }
    guard let labelRequest = request.labels else {
      throw UsageFault(
        "no labels given", help: "pass a file with --labels FILE, or --labels folders")
    }
    (self.samplePath, self.labelRequest) = (samplePath, labelRequest)
    try invocation.checkedReports(inputs: [path])
    file = try invocation.openModel(path)
    interpreter = try Interpreter(file, options: request.options)
  }

  private func run() throws -> ExitCode {
    let samples = try request.samples(samplePath, for: interpreter.inputs, of: file)
    let classes = try labelRequest.classes(of: samples, model: file)
    var reals: SampleSet?
    var tally = ClassTally()
    for index in 0..<samples.count {
      let outputs = try interpreter.run(try arrays(index, samples, &reals))
      let rows = interpreter.outputs.indices.map { output in
        ClassTally.Row(interpreter.outputValue(output).reals, shape: outputs[output].shape)
      }
      try tally.add(rows, label: classes[index], sample: samples.name(of: index))
      interpreter.resetState()
    }
    try publish(tally, samples)
    return .done
  }

  /// Floats for an integer input are quantized, as `compare` does; `reals` reads them.
  private func arrays(
    _ index: Int, _ samples: SampleSet, _ reals: inout SampleSet?
  ) throws -> [DenseArray] {
    do throws(SampleFault) {
      return try samples.sample(at: index)
    } catch {
      guard case .inexact(let input, _, let found, _, _) = error, input.encoding != nil,
        [.float16, .float32, .float64].contains(found)
      else { throw error }
      let set =
        try reals
        ?? SampleSet(
          path: samplePath, inputs: interpreter.inputs.map(\.realInput), maxSamples: request.most)
      reals = set
      return try zip(interpreter.inputs, try set.sample(at: index)).map { port, array in
        try port.encoding(array)
      }
    }
  }

  // MARK: Report

  private func publish(_ tally: ClassTally, _ samples: SampleSet) throws {
    let (arguments, console) = (invocation.arguments, invocation.console)
    if let target = arguments[Options.json] {
      try ReportSink(console: console).write(json(tally, samples), to: target)
    }
    if let target = arguments[Options.html] {
      try ReportSink(console: console).write(report(tally, samples).html, to: target)
    }
    guard !arguments.has(Options.quiet) else { return }
    console.tell(file.warnings.map { "warning: \($0)" })
    guard arguments[Options.json] != "" else { return }
    let head = "\(path): \(Numbers.counted(samples.count, "sample")), \(tally.classes) classes"
    let lines =
      [head] + samples.preparations.map { "  \($0)" }
      + ["  top-1  \(tally.top1.text)"]
      + (tally.classes > 5 ? ["  top-5  \(tally.top5.text)"] : [])
    console.output(ReadableText.lines(lines))
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

  private func json(_ tally: ClassTally, _ samples: SampleSet) -> JSONValue {
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
      ]),
      "warnings": .array(file.warnings.map { .string("\($0)") }),
      "exitCode": .integer(Int(ExitCode.done.rawValue)),
    ])
  }
}

extension Port {
  /// The input as real values, which are quantized afterwards.
  fileprivate var realInput: SampleInput {
    var input = sampleInput
    if input.encoding != nil { input.type = .float32 }
    return input
  }
}
