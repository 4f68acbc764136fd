import Optimizer
import Pipelines
import Platform
import TFLite
import TFLiteOptimizer

/// The command line: finds the command, runs it, turns errors into sentences and an exit code.
package enum CommandLineTool {
  /// Runs the tool; `arguments` come without the program's name.
  package static func run(
    _ arguments: [String], console: Console = .standard, catalog: StepCatalog = .all
  ) -> Int32 {
    let table = CommandTable(catalog)
    do {
      return try dispatch(arguments, console, table).rawValue
    } catch {
      let path = modelPath(arguments, table)
      let diagnostic = Diagnostic(error, path: path)
      let command = table.all.first { $0.name == arguments.first }
      if command?.options.contains(where: { $0.name == Options.json.name }) ?? true {
        FailureDocument.write(diagnostic, arguments, console)
      }
      console.error(diagnostic.text)
      return diagnostic.exitCode.rawValue
    }
  }

  /// Runs the tool as a process. Output that could not be written is an error too.
  package static func main(_ arguments: [String]) -> Int32 {
    Process.shareHeap()
    TemporaryFiles.removeOnSignals()
    let code = run(arguments)
    Terminal.endLine()
    guard code == ExitCode.done.rawValue, Streams.outputFailure != 0 else { return code }
    let failure = SystemError(
      path: "standard output", action: .write, code: Streams.outputFailure)
    Console.standard.error(
      "error: \(failure.path) \(failure.action.failureText): \(failure.reason)\n")
    return ExitCode.output.rawValue
  }

  private static func dispatch(
    _ arguments: [String], _ console: Console, _ table: CommandTable
  ) throws -> ExitCode {
    guard let name = arguments.first else {
      console.error(Help.overview(of: table).text)
      return .usage
    }
    switch name {
    case "--version", "-V":
      console.output("optimize \(Tool.version)\n")
      return .done
    case "--help", "-h":
      console.output(Help.overview(of: table).text)
      return .done
    default: break
    }
    guard let command = table.all.first(where: { $0.name == name }) else {
      throw table.unknownCommand(name, Array(arguments))
    }
    let rest = Array(arguments.dropFirst())
    let options = rest.prefix { $0 != "--" }
    if options.contains("--help") || options.contains("-h") {
      let isFull = options.contains("--help")
      let page = isFull ? Help.page(of: command, table.catalog) : Help.short(of: command)
      console.output(page.text)
      return .done
    }
    let parsed = try Arguments(rest, options: command.options)
    if !parsed.has(Options.quiet) { console.showProgress() }
    let stage = ProgressStage(name)
    defer { stage.end() }
    return try command.run(
      Invocation(
        arguments: parsed, console: console, commandLine: ["optimize"] + arguments, table: table))
  }

  /// Returns the model that an error is about: the first positional after the command.
  private static func modelPath(_ arguments: [String], _ table: CommandTable) -> String {
    guard let name = arguments.first,
      let command = table.all.first(where: { $0.name == name }),
      let parsed = try? Arguments(Array(arguments.dropFirst()), options: command.options)
    else { return "" }
    return parsed.positionals.first ?? ""
  }
}

/// A command's parsed arguments, and its output streams.
struct Invocation {
  let arguments: Arguments
  let console: Console
  let commandLine: [String]
  let table: CommandTable

  /// Refuses positionals beyond `count`.
  func allowPositionals(_ count: Int) throws(UsageFault) {
    guard arguments.positionals.count > count else { return }
    throw unexpected(arguments.positionals[count])
  }

  /// Returns the error for an argument too many, which may be the value of an option.
  func unexpected(_ argument: String) -> UsageFault {
    let meant = arguments.options.first { ValueWords(of: $0).words.contains(argument) }
    return UsageFault(
      "unexpected argument '\(argument)'"
        + (meant.map { "; did you mean '\($0.name) \(argument)'?" } ?? ""))
  }

  /// Returns the model's path: the first of at most `most` positionals.
  func model(most: Int = 1) throws(UsageFault) -> String {
    try allowPositionals(most)
    return try OptimizeRequest.model(arguments.positionals.first)
  }

  /// Throws for a file that may not be written. Returns the targets of reports.
  @discardableResult
  func checkedReports(inputs: [String]) throws -> [String] {
    try OutputPaths(arguments, models: inputs).check()
    return [arguments[Options.json], arguments[Options.html]].compactMap { $0 }
  }

  /// Writes reports as `--force` says.
  var sink: ReportSink { ReportSink(console: console, isReplacing: arguments.has(Options.force)) }

  /// Reads a model, or the one of a container, as `--section`, `--max-memory` and `--drop-unknown`
  /// say.
  func openModel(_ path: String) throws -> ModelFile {
    let file = try located(path) { try MappedFile(path: path) }
    return try openModel(in: file, path: path)
  }

  func openModel(in file: MappedFile, path: String) throws -> ModelFile {
    let model = try located(path) {
      do {
        return try ModelOrContainer(file, sections: arguments.all(Options.section)).onlyModel()
      } catch SectionFault.notContainer(_) where arguments.positionals.count > 1 {
        // The section is one of the other file.
        return file
      }
    }
    return try readModel(model, path: model.path)
  }

  /// Runs the closure; its errors are about the file.
  func located<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      throw LocatedFault(cause: error, path: path)
    }
  }

  /// Reads the model of a file as `--max-memory` and `--drop-unknown` say; `path` names it in errors.
  func readModel(_ file: MappedFile, path: String) throws -> ModelFile {
    let memory = try arguments[Options.maxMemory].map { text throws(UsageFault) in
      try Values.bytes(text, Options.maxMemory)
    }
    return try located(path) {
      try ModelFile(
        file, dropsUnknown: arguments.has(Options.dropUnknown), maxMemory: memory)
    }
  }
}
