import Interpreter
import OpSet
import Optimizer
import Platform
import Samples
import TFLiteOptimizer

extension Preprocessing {
  /// Reads `--mean`, `--std`, `--scale`, `--layout`, `--color` and `--rate`.
  init(_ arguments: Arguments) throws(UsageFault) {
    self.init()
    mean = try Self.numbers(arguments, Options.mean) ?? []
    std = try Self.numbers(arguments, Options.std) ?? []
    guard !std.contains(0) else { throw UsageFault("\(Options.std.name) cannot be 0") }
    scale = try Self.numbers(arguments, Options.scale)?.first
    if let text = arguments[Options.scale], text.contains(",") {
      throw UsageFault("'\(text)' is not a number for \(Options.scale.name)")
    }
    rate = try arguments[Options.rate].map { text throws(UsageFault) in
      guard let rate = Int(text), (1000...768_000).contains(rate) else {
        throw UsageFault("'\(text)' is not a rate from 1000 to 768000 for \(Options.rate.name)")
      }
      return rate
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
        "'\(text)' is not a number for \(option.name)", help: "such as 127.5, or 123,116,103")
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
        "'\(text)' is not a value for \(option.name)\(suggestion)",
        help: "values: \(all.joined(separator: ", "))")
    }
    return value
  }
}

extension LabelRequest {
  /// Returns nil without `--labels`.
  init?(_ arguments: Arguments) throws(UsageFault) {
    guard let text = arguments[Options.labels] else {
      for option in [Options.labelNames, Options.maxDrop] where arguments.has(option) {
        throw UsageFault(
          "\(option.name) needs labels", help: "pass a file, or 'folders', with --labels")
      }
      return nil
    }
    self = .source(Labels.Source(text), names: arguments[Options.labelNames])
  }
}

extension SampleRequest {
  /// A command with `takesSeveral` takes samples of several signatures.
  init(_ arguments: Arguments, takesSeveral: Bool = false) throws(UsageFault) {
    self.init()
    let sets = try Self.signatureSets(arguments)
    let paths = sets.first.map { [$0.path] } ?? arguments.all(Options.repData)
    if !paths.isEmpty { origin = .paths(paths) }
    skipsBad = arguments.has(Options.skipBad)
    others = Array(sets.dropFirst())
    guard takesSeveral || others.isEmpty else {
      throw UsageFault("this command takes samples of one signature only")
    }
    most = try arguments[Options.maxSamples].map { text throws(UsageFault) in
      try Values.count(text, Options.maxSamples, standard: 1)
    }
    holdout = try arguments[Options.holdout].map { text throws(UsageFault) in
      guard let share = Double(text), share >= 0, share < 1 else {
        throw UsageFault("'\(text)' is not a share of samples: at least 0, below 1")
      }
      return share
    }
    preprocessing = try Preprocessing(arguments)
    labels = try LabelRequest(arguments)
    let users = Options.preparation + [Options.labels, Options.skipBad]
    if paths.isEmpty, let user = users.first(where: arguments.has) {
      throw Self.missingSamples(user)
    }
    options = try Interpreter.Options(arguments)
    if let first = sets.first { options.signature = first.signature }
  }

  /// Returns the signatures and paths of `--rep-data KEY=DIR`; nothing if no key is given.
  private static func signatureSets(
    _ arguments: Arguments
  ) throws(UsageFault) -> [(signature: String, path: String)] {
    let texts = arguments.all(Options.repData)
    let sets = texts.compactMap { text -> (signature: String, path: String)? in
      guard let equals = text.firstIndex(of: "="), !FileSystem.exists(text),
        !text.hasPrefix("./"), !text.hasPrefix("/")
      else { return nil }
      return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
    guard let first = sets.first else { return [] }
    guard sets.count == texts.count else {
      throw UsageFault(
        "some --rep-data name a signature and some do not",
        help: "pass all of them as --rep-data KEY=DIR")
    }
    guard !arguments.has(Options.signature) else {
      throw UsageFault(
        "the signature is named twice: --signature and --rep-data \(first.signature)=…")
    }
    if let twice = sets.indices.first(where: { index in
      sets[..<index].contains { $0.signature == sets[index].signature }
    }) {
      throw UsageFault("signature '\(sets[twice].signature)' has samples twice")
    }
    return sets
  }

  /// Returns the fault for an option that needs samples when there are none.
  static func missingSamples(_ option: Option) -> UsageFault { missingSamples(option.name) }
}

extension Interpreter.Options {
  /// Reads `--threads`, `--signature`, `--max-memory` and `--kernels`.
  init(_ arguments: Arguments) throws(UsageFault) {
    self.init()
    threads = try Values.threads(arguments[Options.threads])
    signature = arguments[Options.signature]
    if let text = arguments[Options.kernels] {
      guard let known = ReferenceKernels(rawValue: text) else {
        throw UsageFault("there are no kernels '\(text)'", help: "litert or tflm")
      }
      reference = known
    }
    if let text = arguments[Options.maxMemory] {
      maxMemory = try Values.bytes(text, Options.maxMemory)
    }
  }
}
