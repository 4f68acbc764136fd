import Optimizer
import TFLiteOptimizer

/// The arguments of a command: options by name, and the rest in order.
///
/// A value is written `--name value`, `--name=value`, `-n value`, `-n=value` or `-nvalue`. `--` ends
/// options, and `-` alone is a file.
struct Arguments {
  private(set) var values: [String: [String]] = [:]
  private(set) var positionals: [String] = []
  /// The options of the command.
  let options: [Option]

  init(_ arguments: [String], options: [Option]) throws(UsageFault) {
    self.options = options
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument != "--" else {
        positionals += rest
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        positionals.append(argument)
        continue
      }
      for found in try Self.options(in: argument, options) {
        let value = try found.value(before: &rest, options)
        values[found.option.name, default: []].append(value)
      }
    }
  }

  /// Returns the option of an argument, or the several short ones, such as those of `-qv`.
  private static func options(
    in argument: String, _ options: [Option]
  ) throws(UsageFault) -> [GivenOption] {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    if let option = options.first(where: { $0.name == name || $0.short == name }) {
      let attached = parts.count > 1 ? String(parts[1]) : nil
      return [GivenOption(option: option, spelling: name, attached: attached)]
    }
    // `-only` is a slip for `--only`, not `-o nly`.
    let isSlip = options.contains { $0.name == "-\(name)" }
    guard !name.hasPrefix("--"), !isSlip, let found = shortOptions(argument, options) else {
      throw unknown(name, options)
    }
    return found
  }

  /// Returns nil if a letter is no option. What follows one that takes a value is its value.
  private static func shortOptions(
    _ argument: String, _ options: [Option]
  ) -> [GivenOption]? {
    var found: [GivenOption] = []
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.short == "-\(letter)" }) else { return nil }
      let takesRest = option.takesValue && !letters.isEmpty
      found.append(
        GivenOption(
          option: option, spelling: "-\(letter)", attached: takesRest ? String(letters) : nil))
      if takesRest { break }
    }
    return found
  }

  private static func unknown(_ name: String, _ options: [Option]) -> UsageFault {
    let suggestion =
      options.first { $0.name == "-\(name)" }?.name ?? closest(to: name, among: options.map(\.name))
    return UsageFault(
      "unknown option '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? ""))
  }

  /// Leaves one model of several.
  mutating func setModel(_ path: String) { positionals = [path] }

  mutating func set(_ option: Option, _ value: String) { values[option.name] = [value] }

  func has(_ option: Option) -> Bool { values[option.name] != nil }

  func all(_ option: Option) -> [String] { values[option.name] ?? [] }

  /// Returns the values of the options whose files are read, or of those whose files are written.
  func files(_ use: Option.FileUse) -> [(option: Option, value: String)] {
    options.filter { $0.file == use }.flatMap { option in
      (use == .read ? all(option) : all(option).suffix(1)).map { (option, $0) }
    }
  }

  /// Whether standard output gets a file, so that nothing else may be written there.
  var fillOutput: Bool { files(.written).contains { ["", "-"].contains($0.value) } }

  /// The value that was given last.
  subscript(option: Option) -> String? { values[option.name]?.last }
}

/// An option as it was typed.
private struct GivenOption {
  let option: Option
  /// The name that was typed: the long or the short one.
  let spelling: String
  /// The value in the same argument.
  let attached: String?

  /// Returns the value; takes it from `rest` if it is an argument of its own.
  func value(
    before rest: inout ArraySlice<String>, _ options: [Option]
  ) throws(UsageFault) -> String {
    switch option.value {
    case .none:
      guard attached == nil else { throw UsageFault("option '\(spelling)' takes no value") }
      return ""
    case .required(let placeholder):
      let value = attached ?? rest.first ?? ""
      let isOption =
        value.hasPrefix("--") || attached == nil && options.contains { $0.short == value }
      guard !value.isEmpty, !isOption else { throw missing(placeholder, found: value) }
      if attached == nil { rest.removeFirst() }
      return value
    case .optional(_, let suffix):
      // `-` is standard output, as is no value.
      if let attached { return attached == "-" ? "" : attached }
      guard let next = rest.first, next.hasSuffix(suffix), !next.hasPrefix("-") else { return "" }
      return rest.removeFirst()
    case .pattern:
      if let attached { return attached }
      guard let next = rest.first, next.hasPrefix("op:") || next.contains("*") else { return "" }
      return rest.removeFirst()
    }
  }

  private func missing(_ placeholder: String, found: String) -> UsageFault {
    let need = "option '\(spelling)' needs a value: \(placeholder)"
    guard !found.isEmpty else { return UsageFault(need) }
    return UsageFault(
      "\(need), not '\(found)'",
      help: Option.namesPath(placeholder)
        ? "a path that begins with a dash is given as ./\(found)" : nil)
  }
}
