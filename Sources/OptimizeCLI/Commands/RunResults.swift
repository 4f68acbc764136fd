import Interpreter
import JSON
import Platform
import TFLite
import TFLiteOptimizer

/// The places where `run` writes outputs, and their forms.
struct RunTargets {
  /// Nil if no files are written.
  let folder: String?
  /// Whether the outputs go to standard output.
  let areArraysPrinted: Bool
  /// The number of classes to print; nil for none.
  let top: Int?
  /// The form of files.
  let format: OutputFormat
  /// The form of what goes to standard output.
  let printed: OutputFormat

  init(_ arguments: Arguments) throws(UsageFault) {
    let output = arguments[Options.outputFolder]
    folder = output == "-" ? nil : output
    areArraysPrinted = output == "-"
    top = try arguments[Options.top].map { text throws(UsageFault) in
      try Values.count(text, Options.top, standard: 5)
    }
    guard output != nil || top != nil else {
      throw UsageFault(
        "no folder for the outputs given",
        help: "such as --output results; --output - and --top 5 print results")
    }
    if let folder, FileSystem.exists(folder), !FileSystem.isFolder(folder) {
      throw UsageFault("'\(folder)' is a file, not a folder", help: "such as --output results")
    }
    if top == nil, arguments.has(Options.classNames) {
      throw UsageFault("--labels needs --top", help: "such as --top 5")
    }
    let given = try OutputFormat(arguments)
    format = given ?? .npy
    printed = folder != nil && given == .npy ? .text : given ?? .text
    guard top == nil || printed != .npy, top == nil || !areArraysPrinted || printed != .csv else {
      throw UsageFault(
        "'\(printed.rawValue)' is no form of both outputs and classes",
        help: "leave out --top, or use --format json")
    }
  }

  /// The paths of the files: the output's number and the form's ending.
  func paths(count: Int) -> [String] {
    folder.map { folder in (0..<count).map { "\(folder)/\($0).\(format.ending)" } } ?? []
  }
}

/// The results of a run, as they are printed.
struct RunResults {
  let outputs: [(port: Port, array: DenseArray)]
  var top: TopClasses?
  /// Sentences that say how files became inputs.
  var notes: [String] = []
  var warnings: [String] = []

  /// Prints results to standard output, and the rest to standard error; `paths` are the files that
  /// were written.
  func publish(_ wanted: RunTargets, paths: [String], _ invocation: Invocation) throws {
    let console = invocation.console
    let printed = try text(wanted, invocation)
    if wanted.areArraysPrinted, wanted.printed == .npy {
      try printArrays()
    } else if !printed.isEmpty {
      console.output(printed)
    }
    console.tell(warnings.map { "warning: \($0)" })
    guard !invocation.arguments.has(Options.quiet) else { return }
    console.tell(notes.map { "note: \($0)" })
    console.tell(
      zip(paths, outputs).map { "\($0)  \(OutputText.summary(of: $1.array, for: $1.port))" })
  }

  private func text(_ wanted: RunTargets, _ invocation: Invocation) throws -> String {
    switch wanted.printed {
    case .npy: return ""
    case .json where wanted.areArraysPrinted || top != nil:
      return try json(wanted, invocation).text(levels: 3) + "\n"
    case .json: return ""
    case .csv, .text:
      let arrays =
        wanted.areArraysPrinted
        ? try outputs.map {
          String(decoding: try wanted.printed.bytes(of: $1, for: $0), as: UTF8.self)
        }
        : []
      let table = top.map { wanted.printed == .csv ? $0.csv : $0.text }
      // TableFile and people skip empty lines.
      return (arrays + (table.map { [$0] } ?? [])).joined(separator: "\n")
    }
  }

  private func json(_ wanted: RunTargets, _ invocation: Invocation) throws -> JSONValue {
    let arrays =
      wanted.areArraysPrinted
      ? try outputs.map { port, array in try OutputText.json(of: array, for: port) } : nil
    return .object([
      "schemaVersion": .integer(1), "tool": Tool.json,
      "command": .array(invocation.commandLine.map(JSONValue.string)),
      "outputs": arrays.map(JSONValue.array), "top": top?.json,
      "preparations": .array(notes.map(JSONValue.string)),
      "warnings": .array(warnings.map(JSONValue.string)),
      "exitCode": .integer(Int(ExitCode.done.rawValue)),
    ])
  }

  /// Several npy files in a row are what numpy.save writes to one file; numpy.load reads them one
  /// after the other.
  private func printArrays() throws {
    let files = try outputs.map { try OutputFormat.npy.bytes(of: $1, for: $0) }
    let output = try OutputFile(path: "-")
    for file in files { try file.withUnsafeBytes { try output.write($0) } }
  }
}
