import Optimizer
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `auto`: tries what fits the model, the samples and the budgets, and writes the best.
///
/// The file and its report are those that `pipeline` makes with the chosen steps.
enum AutoCommand {
  /// Seconds, where nobody says how long.
  private static let standardTime = 180.0

  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let others = arguments.positionals.dropFirst()
    if let other = others.first { throw invocation.unexpected(other) }
    let seconds = try UsageFault.wrapping { () throws(StepFault) in
      try arguments[Options.time].map(FinetuneStep.seconds) ?? standardTime
    }
    let names = arguments.all(Options.target)
    let targets = names.isEmpty ? [] : try TargetNames.targets(names)
    guard targets.count < 2 else { throw UsageFault("auto takes one target") }
    let request = try OptimizeRequest(arguments, steps: [RewriteStep()], suffix: "auto")
    let file = try invocation.openModel(request.input)
    var command = OptimizeCommand(
      request: request, console: invocation.console, commandLine: invocation.commandLine)
    var search = try AutoSearch(
      command.job, on: file, samples: SampleRequest(arguments, takesSeveral: true),
      catalog: invocation.table.catalog, target: targets.first, seconds: seconds)
    if arguments.has(Options.writeOnInterrupt) { Deadline.catchInterrupt() }
    let choice = try search.run()
    guard let chosen = choice.chosen else {
      command.choice = choice
      return try command.publishNothing(of: choice, file)
    }
    let steps = try chosen.steps.map { text in
      try UsageFault.wrapping { () throws(StepFault) in try invocation.table.catalog.step(text) }
    }
    command = OptimizeCommand(
      request: try OptimizeRequest(arguments, steps: steps, suffix: "auto"),
      console: invocation.console, commandLine: invocation.commandLine)
    command.choice = choice
    command.outcome = search.chosenOutcome
    return try command.run()
  }
}

extension OptimizeCommand {
  /// Shows what was tried and what the nearest candidates miss; nothing is written.
  fileprivate func publishNothing(
    of choice: Choice, _ file: ModelFile
  ) throws -> ExitCode {
    let isMissed = choice.candidates.contains { $0.result != nil }
    let error = isMissed ? "no candidate meets the budgets" : "no candidate gave a file"
    try publish(job.unwrittenReport(on: file), isMissed ? .gate : .nothing, error: error)
    console.error("error: \(error)\n")
    for candidate in choice.nearest {
      console.error("note: \(candidate.steps.joined(separator: " ")): \(candidate.misses[0])\n")
    }
    return isMissed ? .gate : .nothing
  }
}
