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
    let labels = try labelRequest.labels(
      of: samples, model: file, classCount: ClassTally.classCount(of: interpreter.outputs))
    var reals: SampleSet?
    var tally = ClassTally()
    for index in 0..<samples.count {
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

  private func publish(_ tally: ClassTally, _ samples: SampleSet, _ labels: Labels) throws {
    let (arguments, console) = (invocation.arguments, invocation.console)
    if let target = arguments[Options.json] {
      try ReportSink(console: console).write(json(tally, samples, labels), to: target)
    }
    guard !arguments.has(Options.quiet) else { return }
    console.tell(warnings(tally).map { "warning: \($0)" })
    guard arguments[Options.json] != "" else { return }
    let head = "\(path): \(Numbers.counted(samples.count, "sample")), \(tally.classes) classes"
    let lines =
      [head] + samples.preparations.map { "  \($0)" }
      + (labels.folders.isEmpty
        ? [] : ["  classes of folders: \(LabelFolder.text(labels.folders))"])
      + ["  top-1  \(tally.top1.text)"]
      + (tally.classes > 5 ? ["  top-5  \(tally.top5.text)"] : [])
    console.output(ReadableText.lines(lines))
  }

  private func folders(_ labels: Labels) -> [JSONValue] {
    labels.folders.map { .object([("folder", .string($0.name)), ("class", .integer($0.index))]) }
  }

  private func warnings(_ tally: ClassTally) -> [String] {
    file.warnings.map { "\($0)" } + (tally.shift.map { [$0] } ?? [])
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
        ("folders", .array(folders(labels))),
      ]),
      "warnings": .array(warnings(tally).map(JSONValue.string)),
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
