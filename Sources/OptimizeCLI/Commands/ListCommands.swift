import JSON
import OpSet
import Optimizer
import Report
import TFLiteOptimizer

/// Commands that list what this version knows.
enum ListCommands {
  @Sendable
  static func operators(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(0)
    let rows = OpSet.all.sorted { $0.kind.rawValue < $1.kind.rawValue }
    if let path = invocation.arguments[Options.json] {
      try invocation.checkedReports(inputs: [])
      let json = JSONValue.array(
        rows.map { spec in
          .object([
            ("kind", .string(spec.kind.description)), ("code", .integer(Int(spec.kind.rawValue))),
            ("dynamic", .bool(spec.hybrid != nil)),
            ("maxVersion", .integer(Int(spec.maxVersion))),
          ])
        })
      try invocation.sink.write(json, to: path)
      return .done
    }
    var text = "code  operator                        weights in mode dynamic  versions\n"
    for spec in rows {
      text += pad("\(spec.kind.rawValue)", 6) + pad(spec.kind.description, 32)
      text += pad(spec.hybrid == nil ? "float" : "int8", 25)
      text += "\(spec.minVersion)–\(spec.maxVersion)\n"
    }
    invocation.console.output(text)
    return .done
  }

  @Sendable
  static func passes(_ invocation: Invocation) throws -> ExitCode {
    try invocation.allowPositionals(0)
    invocation.console.output(
      invocation.table.catalog.passes.map { "\(pad($0.name, 20))\($0.summary)\n" }.joined())
    return .done
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
