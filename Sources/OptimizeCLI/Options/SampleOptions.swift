import Interpreter
import Optimizer
import Samples
import TFLite

extension Preprocessing {
  /// As `--mean`, `--std`, `--scale`, `--layout` and `--color` say.
  init(_ arguments: Arguments) throws(UsageFault) {
    self.init()
    mean = try Self.numbers(arguments, Options.mean) ?? []
    std = try Self.numbers(arguments, Options.std) ?? []
    guard !std.contains(0) else { throw UsageFault("\(Options.std.name) cannot be 0") }
    scale = try Self.numbers(arguments, Options.scale)?.first
    if let text = arguments[Options.scale], text.contains(",") {
      throw UsageFault("'\(text)' is no number for \(Options.scale.name)")
    }
    layout = try Self.choice(arguments, Options.layout)
    color = try Self.choice(arguments, Options.color)
  }

  private static func numbers(
    _ arguments: Arguments, _ option: Option
  ) throws(UsageFault) -> [Float]? {
    guard let text = arguments[option] else { return nil }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { field in
      Float(field.drop { $0 == " " })
    }
    let values = numbers.compactMap(\.self)
    guard values.count == numbers.count, values.allSatisfy(\.isFinite) else {
      throw UsageFault(
        "'\(text)' is no number for \(option.name)", help: "such as 127.5, or 123,116,103")
    }
    return values
  }

  private static func choice<Value: RawRepresentable & CaseIterable>(
    _ arguments: Arguments, _ option: Option
  ) throws(UsageFault) -> Value? where Value.RawValue == String {
    guard let text = arguments[option] else { return nil }
    guard let value = Value(rawValue: text) else {
      let all = Value.allCases.map(\.rawValue)
      let suggestion = closest(to: text, among: all).map { "; did you mean '\($0)'?" } ?? ""
      throw UsageFault(
        "'\(text)' is no value for \(option.name)\(suggestion)",
        help: "values: \(all.joined(separator: ", "))")
    }
    return value
  }
}

/// Where the classes of the samples stand.
struct LabelRequest {
  let source: Labels.Source
  /// A file with the names of the classes.
  let names: String?

  /// Nil without `--labels`.
  init?(_ arguments: Arguments) throws(UsageFault) {
    guard let text = arguments[Options.labels] else {
      for option in [Options.labelNames, Options.maxDrop] where arguments.has(option) {
        throw UsageFault(
          "\(option.name) needs labels", help: "pass a file, or 'folders', with --labels")
      }
      return nil
    }
    source = Labels.Source(text)
    names = arguments[Options.labelNames]
  }

  /// The names that a model brings along serve where none were given.
  func labels(of samples: SampleSet, model: ModelFile) throws(LabelFault) -> Labels {
    let names = try names.map(LabelNames.init) ?? LabelNames(in: model)
    do throws(LabelFault) {
      return try Labels(source, for: samples, names: names)
    } catch {
      // Folders need not have the names that the model happens to bring.
      guard case .unknownName = error, source == .folders, self.names == nil else { throw error }
      return try Labels(source, for: samples)
    }
  }
}
