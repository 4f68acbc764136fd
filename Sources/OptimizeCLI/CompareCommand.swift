import Interpreter
import Platform
import Report
import TFLite

/// `compare`: how far apart two models' outputs are.
enum CompareCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(2)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    guard arguments.positionals.count == 2 else {
      throw UsageFault("no second model given", help: "optimize compare MODEL OTHER")
    }
    let other = arguments.positionals[1]
    let gates = try QualityGates(arguments)
    let maxSamples = try arguments[Options.maxSamples].map { text throws(UsageFault) in
      try Values.count(text, Options.maxSamples, standard: 1)
    }
    let comparison = ModelComparison(
      reference: try ModelFile(MappedFile(path: path)),
      other: try ModelFile(MappedFile(path: other)), samples: arguments[Options.repData],
      maxSamples: maxSamples, threads: try Values.threads(arguments[Options.threads]),
      signature: arguments[Options.signature])
    var report = ReportDocument(
      toolVersion: CommandLineTool.version, command: invocation.commandLine,
      input: .init(path: path, bytes: comparison.reference.bytes.count),
      minRuntime: .init(before: nil, after: nil))
    report.output = .init(path: other, bytes: comparison.other.bytes.count)
    let quality = try comparison.run(tensors: true)
    report.quality = quality
    report.gates = gates.judge(quality)
    let failed = !report.gates.allSatisfy(\.passed)
    report.exitCode = failed ? ExitCode.gate.rawValue : ExitCode.done.rawValue
    if let target = arguments[Options.json] {
      try ReportSink(console: invocation.console).write(report.json, to: target)
    }
    if !arguments.has(Options.quiet), arguments[Options.json] != "" {
      invocation.console.output(report.qualityText(allTensors: true))
    }
    for gate in report.gates where !gate.passed {
      invocation.console.error(
        "error: gate \(gate.name) failed: \(gate.value), limit \(gate.limit)\n")
    }
    return failed ? .gate : .done
  }
}

/// Limits of how far a result may be from its model.
struct QualityGates {
  var maxError: Double?
  var minSqnr: Double?
  var minAgreement: Double?

  init(_ arguments: Arguments) throws(UsageFault) {
    maxError = try Self.number(arguments, Options.maxError, 0...)
    minSqnr = try Self.number(arguments, Options.minSqnr, (-1e9)...)
    minAgreement = try Self.number(arguments, Options.minAgreement, 0...)
    if let minAgreement, minAgreement > 100 {
      throw UsageFault("\(Options.minAgreement.name) is a percentage, at most 100")
    }
  }

  var isEmpty: Bool { maxError == nil && minSqnr == nil && minAgreement == nil }

  private static func number(
    _ arguments: Arguments, _ option: Option, _ range: PartialRangeFrom<Double>
  ) throws(UsageFault) -> Double? {
    guard let text = arguments[option] else { return nil }
    guard let value = Double(text), value.isFinite, range.contains(value) else {
      throw UsageFault("'\(text)' is no number for \(option.name)")
    }
    return value
  }

  /// The worst output counts. NaN in a result fails every comparison, gate or not.
  func judge(_ quality: ReportDocument.Quality) -> [ReportDocument.Gate] {
    var gates: [ReportDocument.Gate] = []
    let broken = quality.outputs.filter { $0.notFinite > 0 }
    if !broken.isEmpty {
      gates.append(
        .init(
          name: "finite", limit: "no NaN or infinity",
          value: broken.map { "\($0.notFinite) in '\($0.name)'" }.joined(separator: ", "),
          passed: false))
    }
    if let maxError {
      let worst = quality.outputs.map(\.relativeL2).max() ?? 0
      gates.append(
        .init(
          name: "max-error", limit: "\(maxError)", value: "\(worst)", passed: worst <= maxError))
    }
    if let minSqnr {
      let worst = quality.outputs.map(\.sqnr).min() ?? .infinity
      gates.append(
        .init(
          name: "min-sqnr", limit: "\(minSqnr) dB", value: "\(worst) dB",
          passed: worst >= minSqnr))
    }
    if let minAgreement {
      let worst = 100 * (quality.outputs.compactMap(\.argmaxAgreement).min() ?? 1)
      gates.append(
        .init(
          name: "min-agreement", limit: "\(minAgreement) %", value: "\(worst) %",
          passed: worst >= minAgreement))
    }
    return gates
  }
}
