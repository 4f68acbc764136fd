import JSON
import Optimizer
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// Runs a command that writes on models of a container: a report for each model, and one container.
struct ContainerCommand {
  private let command: OptimizeCommand
  private let container: Container
  private let models: [Container.Model]

  private var request: OptimizeRequest { command.request }
  private var arguments: Arguments { request.arguments }
  private var console: Console { command.console }
  private var isDryRun: Bool { arguments.has(Options.dryRun) }

  init(
    _ command: OptimizeCommand, _ container: Container, _ models: [Container.Model]
  ) throws(UsageFault) {
    self.command = command
    self.container = container
    self.models = models
    let plan = request.steps.contains { ($0 as? QuantizeStep)?.plan != nil }
    let options = [Options.html, Options.savePlan].filter(arguments.has).map(\.name)
    guard models.count > 1, let option = options.first ?? (plan ? "--plan" : nil) else { return }
    throw UsageFault(
      "\(option) is for one model, but '\(request.input)' holds \(models.count)",
      help: "name one: --section \(models[0].name)")
  }

  func run() throws -> ExitCode {
    let run = ContainerRun(
      command.job, on: container, models, dropsUnknown: arguments.has(Options.dropUnknown))
    let target = JobRun.Target(
      path: request.output, isWritten: !isDryRun, isReplacing: arguments.has(Options.force))
    var result = try run.run(to: target) { tell($0) }
    let isKept =
      switch result.verdict {
      case .done: true
      case .gatesFailed: isDryRun || arguments.has(Options.writeOnFail)
      case .unchanged, .larger: false
      }
    if !isKept { result.document.output = nil }
    return try publish(result, isKept: isKept)
  }

  // MARK: Models

  private func tell(_ member: ContainerRun.Member) {
    let sink = ReportSink(console: console, isReplacing: false)
    if member.isChanged, let report = member.result?.report {
      sink.tell(report, arguments)
      sink.tellFailedGates(of: report)
    } else if !arguments.has(Options.quiet) {
      console.tell(["note: '\(member.model.file.path)' stays as it was: \(reason(member))"])
    }
  }

  private func reason(_ member: ContainerRun.Member) -> String {
    guard let result = member.result else { return member.untouched ?? "" }
    if case .larger(let before, let after) = result.verdict {
      return "it would be larger: \(before) → \(after) bytes"
    }
    return result.report.whyUnchanged.joined(separator: "; ")
  }

  private func json(_ member: ContainerRun.Member) -> JSONValue {
    var pairs: [(key: String, value: JSONValue)] = [
      ("section", .string(member.model.name)), ("isChanged", .bool(member.isChanged)),
    ]
    if !member.isChanged { pairs.append(("reason", .string(reason(member)))) }
    if let report = member.result?.report, case .object(let more) = report.json(error: nil) {
      pairs += more
    }
    return .object(pairs)
  }

  // MARK: Container

  private func publish(_ result: ContainerResult, isKept: Bool) throws -> ExitCode {
    let document = result.document
    let gates =
      document.gates + result.members.flatMap { $0.result?.report.gates ?? [] }
    let failure = gates.first { !$0.passed }?.failure
    let code: ExitCode =
      switch result.verdict {
      case .done: .done
      case .gatesFailed: .gate
      case .unchanged, .larger: failure == nil ? .nothing : .gate
      }
    var nothing = "nothing to do: no model of '\(request.input)' was changed"
    var option = Options.allowUnchanged
    var effect = "writes a copy and exits 0"
    if case .larger(let before, let after) = result.verdict {
      nothing = "the result would be larger: \(before) → \(after) bytes"
      (option, effect) = (Options.allowLarger, "writes it all the same")
    }
    let error = failure ?? (code == .nothing ? nothing : nil)
    try write(result, code, error)
    console.tell(document.gates.filter { !$0.passed }.map { "error: \($0.failure)" })
    switch code {
    case .nothing:
      console.tell([
        "error: \(nothing)", "note: nothing was written", "help: \(option.name) \(effect)",
      ])
    case .gate where !isKept:
      console.tell([
        "note: nothing was written",
        "help: \(Options.writeOnFail.name) writes the result all the same",
      ])
    default:
      if !arguments.has(Options.quiet) { console.error(document.text) }
      if isDryRun { console.tell(["warning: dry run: nothing was written"]) }
    }
    return code
  }

  private func write(
    _ result: ContainerResult, _ code: ExitCode, _ error: String?
  ) throws {
    let document = result.document
    var reports = result.members.compactMap { $0.result?.report }
    for index in reports.indices { reports[index].exitCode = code.rawValue }
    let json = document.json(result.members.map(json), exitCode: code.rawValue, error: error)
    if let collect = command.collect {
      let sizes = document.output.map { (document.input.bytes, $0.bytes) }
      return collect(.init(reports: reports, json: json, sizes: sizes))
    }
    if let path = arguments[Options.savePlan],
      let plan = result.members.first?.result?.outcome.results.last(of: QuantizeResult.self)?.plan
    {
      try command.reporting(to: document.output?.path) { try $0.write(plan.json, to: path) }
    }
    try command.reporting(to: document.output?.path) { sink in
      if let path = arguments[Options.saveRecipe] {
        try sink.write(Recipe(steps: request.steps).json, to: path)
      }
      if let path = arguments[Options.html], let report = reports.first {
        try sink.write(report.html, to: path)
      }
      if let path = arguments[Options.markdown] {
        let title = ReportSink.title(command.commandLine)
        try sink.write(MarkdownSummary.text(of: reports, title: title), to: path)
      }
      if let path = arguments[Options.json] { try sink.write(json, to: path) }
    }
  }
}
