import JSON
import Platform
import Report
import TFLiteOptimizer

/// The JSON of a command that failed before it had a report, for scripts that asked for JSON.
enum FailureDocument {
  /// `input` is the model, if it is known.
  static func json(
    _ diagnostic: Diagnostic, _ command: [String], input: String? = nil
  ) -> JSONValue {
    .object([
      "schemaVersion": .integer(1), "tool": Tool.json,
      "command": .array(command.map(JSONValue.string)),
      "input": input.map { .object([("path", .string($0))]) },
      "error": .string(diagnostic.message),
      "notes": diagnostic.notes.isEmpty ? nil : .array(diagnostic.notes.map(JSONValue.string)),
      "help": diagnostic.help.map(JSONValue.string),
      "exitCode": .integer(Int(diagnostic.exitCode.rawValue)),
    ])
  }

  /// Writes the document where `--json` says. Arguments may be wrong, so they are only looked
  /// through. A file that exists, or that another argument names, is left alone.
  static func write(_ diagnostic: Diagnostic, _ arguments: [String], _ console: Console) {
    guard let target = target(in: arguments) else { return }
    let json = json(diagnostic, ["optimize"] + arguments)
    try? ReportSink(console: console, isReplacing: arguments.contains(Options.force.name))
      .write(json, to: target)
  }

  /// Returns "" for standard output, nil if no document is wanted or none may be written.
  private static func target(in arguments: [String]) -> String? {
    let name = Options.json.name
    guard let index = arguments.lastIndex(where: { $0 == name || $0.hasPrefix("\(name)=") }) else {
      return nil
    }
    var others = arguments
    let argument = others.remove(at: index)
    var path = String(argument.dropFirst(name.count + 1))
    if argument == name, index < others.count, others[index].hasSuffix(".json") {
      path = others.remove(at: index)
    }
    guard !path.isEmpty, path != "-" else {
      return fillOutput(others) ? nil : ""
    }
    let place = FileSystem.canonical(path)
    let isNamed = others.contains { other in
      let values = [other, String(other.drop { $0 != "=" }.dropFirst())]
      return values.contains { FileSystem.canonical($0) == place || FileSystem.areSame($0, path) }
    }
    let isFree = !FileSystem.exists(path) || others.contains(Options.force.name)
    return isFree && !isNamed && !FileSystem.isFolder(path) ? path : nil
  }

  /// Whether another file goes to standard output.
  private static func fillOutput(_ arguments: [String]) -> Bool {
    let written = [
      Options.output, Options.html, Options.markdown, Options.savePlan, Options.saveRecipe,
    ].flatMap(\.names)
    return written.contains { name in
      arguments.contains("\(name)=-")
        || zip(arguments, arguments.dropFirst()).contains { $0 == name && $1 == "-" }
    } || arguments.contains("-o-")
  }
}
