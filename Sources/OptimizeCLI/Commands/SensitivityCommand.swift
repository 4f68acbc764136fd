import Evaluation
import Optimizer
import Report
import TFLite
import TFLiteOptimizer

/// `sensitivity`: what each operator loses at the outputs where it alone computes with integers.
enum SensitivityCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let path = try invocation.model()
    let forms = try forms(arguments)
    let request = try SampleRequest(arguments)
    guard !request.paths.isEmpty else { throw SampleRequest.missingSamples("sensitivity") }
    try invocation.checkedReports(inputs: [path])
    let file = try invocation.openModel(path)
    let document = try document(invocation, file, path, request, forms)
    let (sink, console) = (invocation.sink, invocation.console)
    if let target = arguments[Options.html] { try sink.write(document.html, to: target) }
    if let target = arguments[Options.json] {
      try sink.write(document.json(tool: Tool.json), to: target)
    }
    guard !arguments.has(Options.quiet) else { return .done }
    console.tell(document.warnings.map { "warning: \($0)" })
    if !arguments.fillOutput {
      console.output(document.text(verbose: arguments.has(Options.verbose)))
    }
    return .done
  }

  private static func document(
    _ invocation: Invocation, _ file: ModelFile, _ path: String, _ request: SampleRequest,
    _ forms: [SensitivityForm]
  ) throws -> SensitivityDocument {
    let comparison = try ModelComparison(file, path: path, request)
    var options = RunOptions()
    options.threads = request.options.threads
    options.signature = request.options.signature
    if invocation.arguments.has(Options.maxMemory) {
      options.maxMemory = request.options.maxMemory
    }
    let found = try SensitivityRun(
      on: file, options: options, samples: CalibrationSource(samples: comparison.source)
    ).sensitivities(forms)
    return SensitivityDocument(
      found, of: ReportDocument.File(path: path, bytes: file.bytes.count),
      preparations: comparison.preparations, warnings: file.warnings + comparison.warnings,
      toolVersion: Tool.version, command: invocation.commandLine)
  }

  /// The forms that `--mode` and `--weights` leave.
  private static func forms(_ arguments: Arguments) throws(UsageFault) -> [SensitivityForm] {
    let (mode, weights) = (arguments[Options.integerMode], arguments[Options.weights])
    let modes = IntegerMode.allCases.map(\.rawValue)
    if let mode, !modes.contains(mode) {
      throw UsageFault(
        "unknown mode '\(mode)'", help: "modes: \(modes.joined(separator: ", "))")
    }
    if let weights, !["int8", "int4"].contains(weights) {
      throw UsageFault("unknown type of weights '\(weights)'", help: "types: int8, int4")
    }
    guard mode != nil || weights != nil else { return SensitivityForm.standard }
    return SensitivityForm.all.filter { form in
      (mode ?? form.mode.rawValue) == form.mode.rawValue
        && form.isNarrow == (weights == "int4") && !form.isOfWeights
    }
  }
}
