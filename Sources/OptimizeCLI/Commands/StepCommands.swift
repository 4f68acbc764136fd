import Optimizer
import Platform
import TFLiteOptimizer

extension Option {
  /// The option of a command that sets a step's option.
  init(_ facts: OptionFacts) {
    self.init(
      "--\(facts.flag)",
      facts.placeholder.map { facts.hasOptionalValue ? .pattern($0) : .required($0) } ?? .none,
      facts.help)
  }

  init(_ extra: StepCommand.Extra) {
    switch extra {
    case .calibration: self = Options.calibration
    case .whatIf: self = Options.whatIf
    case .savePlan: self = Options.savePlan
    }
  }
}

extension Command {
  /// The command that runs one step; nil for a step that only belongs to pipelines.
  init?(_ type: any Step.Type) {
    guard let command = type.command else { return nil }
    self.init(
      name: type.name, operands: "MODEL… \(command.usage)", summary: type.summary,
      options: Self.options(type.optionFacts, command.extras) + Options.common,
      examples: command.examples,
      run: { invocation in
        _ = try OptimizeRequest.model(invocation.arguments.positionals.first)
        let (models, others) = invocation.models { _ in false }
        if let other = others.first { throw invocation.unexpected(other) }
        return try invocation.optimize(models, [try invocation.step(type)])
      })
  }

  private static func options(
    _ rows: [OptionFacts], _ extras: [(option: StepCommand.Extra, before: String?)]
  ) -> [Option] {
    var options: [Option] = []
    for row in rows {
      options += extras.filter { $0.before == row.key }.map { Option($0.option) }
      options.append(Option(row))
    }
    return options + extras.filter { $0.before == nil }.map { Option($0.option) }
  }
}

extension Invocation {
  /// Returns the step with the options of its command.
  fileprivate func step(_ type: any Step.Type) throws(UsageFault) -> any Step {
    var pairs: GivenOptions.Pairs = []
    for row in type.optionFacts {
      let values = arguments.all(Option(row)).map { $0.isEmpty ? row.flagValue : $0 }
      pairs += (row.isRepeatable ? values[...] : values.suffix(1)).map { (row.key, $0) }
    }
    let form: GivenOptions.Form = arguments.has(Options.whatIf) ? .table : .command
    let step = try UsageFault.wrapping { () throws(StepFault) in
      try type.made(GivenOptions(pairs, as: form))
    }
    let others = [Options.whatIf, Options.repData, Options.minSparsity]
    if let name = step.estimateName, let other = others.first(where: arguments.has) {
      throw UsageFault("\(name) is an estimate by magnitude: it takes no \(other.name)")
    }
    return step
  }

  /// Returns the models among the positionals, and what follows them. `isOther` knows what may follow.
  fileprivate func models(
    before isOther: (String) -> Bool
  ) -> (models: [String], others: [String]) {
    let all = arguments.positionals
    var models = Array(all.prefix(1))
    for path in all.dropFirst() {
      let isModel = FileSystem.exists(path) || CommandTable.isModelName(path)
      guard isModel, !isOther(path) else { break }
      models.append(path)
    }
    return (models, Array(all.dropFirst(models.count)))
  }

  /// Runs `pipeline`.
  func pipeline() throws -> ExitCode {
    _ = try OptimizeRequest.model(arguments.positionals.first)
    let (models, texts) = models { text in
      let name = text.prefix { $0 != ":" }
      return table.catalog.steps.contains { $0.name == name }
    }
    guard let path = arguments[Options.recipe] else {
      guard !texts.isEmpty else {
        throw UsageFault(
          "no step given", help: "such as: optimize pipeline model.tflite quantize:mode=dynamic")
      }
      return try optimize(
        models,
        try texts.map { text in
          try UsageFault.wrapping { () throws(StepFault) in try table.catalog.step(text) }
        })
    }
    guard texts.isEmpty else {
      throw UsageFault("steps come from the recipe or from the command line, not from both")
    }
    return try optimize(models, try Recipe(path, table.catalog).steps)
  }

  fileprivate func optimize(_ models: [String], _ steps: [any Step]) throws -> ExitCode {
    let folder = arguments[Options.outputDirectory].flatMap { FileSystem.exists($0) ? nil : $0 }
    // A new folder goes again if no result was kept.
    defer { folder.map(FileSystem.removeEmptyFolder) }
    guard models.count > 1 else {
      return try OptimizeCommand(
        request: OptimizeRequest(arguments, steps: steps), console: console,
        commandLine: commandLine
      ).run()
    }
    return try SeveralModels(models, steps, self).run()
  }
}
