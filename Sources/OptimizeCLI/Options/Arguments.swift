import Optimizer
import TFLiteOptimizer

/// The arguments of a command: options by name, and the rest in order.
struct Arguments {
  private(set) var values: [String: [String]] = [:]
  private(set) var positionals: [String] = []

  /// `--name value`, `--name=value`, `--` ends options, `-` alone is a file.
  init(_ arguments: [String], options: [Option]) throws(UsageFault) {
    var rest = arguments[...]
    var onlyPositionals = false
    while let argument = rest.popFirst() {
      guard !onlyPositionals, argument.hasPrefix("-"), argument != "-" else {
        positionals.append(argument)
        continue
      }
      if argument == "--" {
        onlyPositionals = true
        continue
      }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      let inline = parts.count > 1 && name.hasPrefix("--") ? String(parts[1]) : nil
      guard let option = options.first(where: { $0.name == name }) else {
        throw Self.unknown(name, options)
      }
      let value = try Self.value(of: option, inline, &rest)
      values[name, default: []].append(value)
    }
  }

  private static func value(
    of option: Option, _ inline: String?, _ rest: inout ArraySlice<String>
  ) throws(UsageFault) -> String {
    switch option.value {
    case .none:
      guard inline == nil else { throw UsageFault("option '\(option.name)' takes no value") }
      return ""
    case .required(let placeholder):
      guard let value = inline ?? rest.popFirst(), !value.isEmpty else {
        throw UsageFault("option '\(option.name)' needs a value: \(placeholder)")
      }
      return value
    case .optional(_, let suffix):
      if let inline { return inline }
      guard let next = rest.first, next.hasSuffix(suffix) else { return "" }
      return rest.removeFirst()
    case .pattern:
      if let inline { return inline }
      guard let next = rest.first, next.hasPrefix("op:") || next.contains("*") else { return "" }
      return rest.removeFirst()
    }
  }

  private static func unknown(_ name: String, _ options: [Option]) -> UsageFault {
    let suggestion = closest(to: name, among: options.map(\.name))
    return UsageFault(
      "unknown option '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ""))
  }

  func has(_ option: Option) -> Bool { values[option.name] != nil }

  func all(_ option: Option) -> [String] { values[option.name] ?? [] }

  /// The value that was given last.
  subscript(option: Option) -> String? { values[option.name]?.last }
}
