import JSON
import Optimizer
import Platform
import Report
import TFLiteOptimizer

/// Runs one command on several models: as many at once as there are threads, with one report.
///
/// Each model gets the bytes that it gets alone. One that fails does not stop the others.
struct SeveralModels: Sendable {
  private let requests: [OptimizeRequest]
  private let lanes: Int
  private let arguments: Arguments
  private let console: Console
  private let commandLine: [String]

  /// What came of one model.
  private struct Result {
    var code = ExitCode.bug
    var output = ""
    var error = ""
    var reports: [ReportDocument] = []
    var sizes: (before: Int, after: Int)?
    var json = JSONValue.null
  }

  /// The codes from the worst on: the first that a model has is that of the command.
  private static let severity: [ExitCode] = [.bug, .usage, .output, .input, .gate, .nothing, .done]

  init(_ models: [String], _ steps: [any Step], _ invocation: Invocation) throws {
    arguments = invocation.arguments
    console = invocation.console
    commandLine = invocation.commandLine
    let threads = try Values.threads(arguments[Options.threads])
    let lanes = max(1, min(threads, models.count))
    self.lanes = lanes
    try Self.checkOptions(arguments, models)
    requests = try models.map { model in
      var own = invocation.arguments
      own.setModel(model)
      own.set(Options.threads, "\(max(1, threads / lanes))")
      return try OptimizeRequest(own, steps: steps, isOneOfSeveral: true)
    }
    try OptimizeRequest.checkPaths(of: requests)
  }

  private static func checkOptions(
    _ arguments: Arguments, _ models: [String]
  ) throws(UsageFault) {
    guard !arguments.has(Options.output) else {
      throw UsageFault(
        "-o names one file, but there are \(models.count) models", help: "use --output-dir DIR")
    }
    for option in [Options.html, Options.savePlan] where arguments.has(option) {
      throw UsageFault("\(option.name) is for one model, but there are \(models.count)")
    }
    guard !models.contains("-") else {
      throw UsageFault("standard input cannot be one of several models")
    }
  }

  func run() throws -> ExitCode {
    let stage = ProgressStage("models", of: requests.count, "models")
    defer { stage.end() }
    let state = Mutex<(results: [Int: Result], told: Int)>(([:], 0))
    try Threads.inLanes(lanes, over: 0..<requests.count) { _, index in
      let result = result(of: requests[index])
      stage.advance()
      state.withLock { state in
        state.results[index] = result
        // Words come in the order of the models.
        while let next = state.results[state.told] {
          console.output(next.output)
          console.error(next.error)
          state.told += 1
        }
      }
    }
    let found = state.withLock { $0.results }
    return try publish(requests.indices.compactMap { found[$0] })
  }

  private func result(of request: OptimizeRequest) -> Result {
    let texts = Mutex<(output: String, error: String)>(("", ""))
    let quiet = Console(
      output: { text in texts.withLock { $0.output += text } },
      error: { text in texts.withLock { $0.error += text } })
    let made = Mutex(Result())
    do {
      let command = OptimizeCommand(
        request: request, console: quiet, commandLine: commandLine
      ) { found in
        made.withLock { ($0.reports, $0.json, $0.sizes) = (found.reports, found.json, found.sizes) }
      }
      let code = try command.run()
      made.withLock { $0.code = code }
    } catch {
      let diagnostic = Diagnostic(error, path: request.input)
      quiet.error(diagnostic.text)
      let json = FailureDocument.json(diagnostic, commandLine, input: request.input)
      made.withLock { ($0.code, $0.json) = (diagnostic.exitCode, json) }
    }
    var result = made.withLock { $0 }
    (result.output, result.error) = texts.withLock { $0 }
    return result
  }

  private func publish(_ results: [Result]) throws -> ExitCode {
    let code = Self.severity.first { code in results.contains { $0.code == code } } ?? .done
    let sink = ReportSink(console: console, isReplacing: arguments.has(Options.force))
    if let path = arguments[Options.markdown] {
      let text = MarkdownSummary.text(
        of: results.flatMap(\.reports), title: ReportSink.title(commandLine))
      try sink.write(text, to: path)
    }
    if let path = arguments[Options.saveRecipe], let request = requests.first {
      try sink.write(Recipe(steps: request.steps).json, to: path)
    }
    if let path = arguments[Options.json] {
      try sink.write(
        .object([
          "schemaVersion": .integer(1), "tool": Tool.json,
          "command": .array(commandLine.map(JSONValue.string)),
          "models": .array(results.map(\.json)), "exitCode": .integer(Int(code.rawValue)),
        ]), to: path)
    }
    if !arguments.has(Options.quiet) { console.tell([summary(of: results)]) }
    return code
  }

  /// Returns "3 models: 453 kB → 145 kB (3.12× smaller); 1 was left alone".
  private func summary(of results: [Result]) -> String {
    let written = results.compactMap(\.sizes)
    let (before, after) = written.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    var text = "\(written.count) of \(Numbers.counted(results.count, "model"))"
    if !written.isEmpty {
      text += ": \(Numbers.bytes(before)) → \(Numbers.bytes(after)) "
      text += "(\(Numbers.ratio(before, after)))"
    }
    let alone = results.count { $0.code == .nothing }
    let failed = results.count { ![.nothing, .done].contains($0.code) }
    if alone > 0 { text += "; \(alone) left alone" }
    if failed > 0 { text += "; \(failed) failed" }
    return text
  }
}
