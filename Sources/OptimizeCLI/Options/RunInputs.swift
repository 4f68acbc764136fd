import Interpreter
import Report
import Samples
import TFLite
import TFLiteOptimizer

/// The arrays that `--input` names, one for each input of the model.
struct RunInputs {
  private struct Source {
    let path: String
    /// Nil for images, sound, tables and raw bytes.
    let file: ArrayFile?
    let array: String

    var text: String { file.map { $0.names.count > 1 } ?? false ? "\(path):\(array)" : path }

    init(whole path: String) {
      self.path = path
      (file, array) = (nil, "")
    }

    init(file: ArrayFile, array: String) {
      (path, self.file, self.array) = (file.path, file, array)
    }
  }

  private let ports: [Port]
  private let inputs: [SampleInput]
  private let asksForNumbers: Bool
  private var found: [Int: Source] = [:]

  /// Each text is `FILE` or `NAME=FILE`. Unnamed files are assigned, in order, to the inputs
  /// without a file. An npz file has as many as it has arrays: by their names if these are inputs'
  /// names, then in order.
  init(_ texts: [String], for ports: [Port], preprocessing: Preprocessing) throws {
    self.ports = ports
    asksForNumbers = preprocessing.asksForNumbers
    inputs = preprocessing.applied(to: ports.map(\.sampleInput))
    var unnamed: [String] = []
    for text in texts {
      guard let (name, path) = Self.named(text) else {
        unnamed.append(text)
        continue
      }
      try add(path, to: name)
    }
    var rest: [Source] = []
    for path in unnamed {
      guard InputFile.hasArrays(path) else {
        rest.append(Source(whole: path))
        continue
      }
      let file = try ArrayFile(path: path)
      for name in file.names {
        let source = Source(file: file, array: name)
        if Self.hasNames(path), let index = index(of: name), found[index] == nil {
          found[index] = source
        } else {
          rest.append(source)
        }
      }
    }
    for source in rest {
      guard let index = ports.indices.first(where: { found[$0] == nil }) else {
        throw tooMany(source)
      }
      found[index] = source
    }
    try checkComplete()
  }

  /// The paths of the files, repeated for each array.
  var paths: [String] { found.values.map(\.path) }

  /// Sentences about what may be wrong with the files that were read.
  var warnings: [String] {
    let hasOnlyArrays = found.values.allSatisfy { $0.file != nil } && asksForNumbers
    return (hasOnlyArrays ? [Preprocessing.unused] : []) + inputs.flatMap(\.warnings)
  }

  /// Returns sentences that say how files became inputs, after they were read.
  func preparations() throws -> [String] {
    let forms = try found.sorted { $0.key < $1.key }.compactMap { index, source in
      try source.file == nil ? InputFile.preparation(source.path, for: inputs[index]) : nil
    }
    return forms + inputs.flatMap(\.notes)
  }

  /// Reads and converts, in the model's order.
  func arrays() throws -> [DenseArray] {
    var arrays: [DenseArray] = []
    for (index, input) in inputs.enumerated() {
      guard let source = found[index] else { continue }
      arrays.append(try read(source, for: input))
    }
    return arrays
  }

  private func read(_ source: Source, for input: SampleInput) throws -> DenseArray {
    guard let file = source.file else { return try InputFile.array(source.path, for: input) }
    do throws(SampleFault) {
      return try file.array(named: source.array, for: input, source: source.text)
    } catch {
      guard case .wrongShape(_, _, let shape) = error,
        shape.dropFirst().elementsEqual(input.shape)
          || shape.dropFirst() == input.shape.dropFirst()
      else { throw error }
      let count = Numbers.counted(shape.first ?? 0, "sample")
      throw Diagnostic(
        message: error.message,
        notes: ["it looks like a batch of \(count); 'run' takes one sample"], exitCode: .input)
    }
  }

  // MARK: Names

  private func index(of name: String) -> Int? {
    ports.firstIndex { $0.signatureName == name } ?? ports.firstIndex { $0.name == name }
  }

  private mutating func add(_ path: String, to name: String) throws {
    guard let index = index(of: name) else {
      throw UsageFault(
        "the model has no input '\(name)'", notes: [inputList],
        help: "a file whose name has '=' is given as ./NAME=FILE")
    }
    guard found[index] == nil else { throw UsageFault("input '\(name)' is given twice") }
    guard InputFile.hasArrays(path) else {
      found[index] = Source(whole: path)
      return
    }
    let file = try ArrayFile(path: path)
    guard let array = file.names.first, file.names.count == 1 else {
      let names = file.names.prefix(8).joined(separator: ", ")
      throw UsageFault(
        "'\(path)' has \(Numbers.counted(file.names.count, "array"))", notes: ["arrays: \(names)"],
        help: "pick one: \(name)=\(path):\(file.names.first ?? "ARRAY")")
    }
    found[index] = Source(file: file, array: array)
  }

  private func tooMany(_ source: Source) -> UsageFault {
    let names = source.file?.names ?? []
    return UsageFault(
      "'\(source.text)' is one array too many: the model has "
        + Numbers.counted(ports.count, "input"),
      notes: ports.isEmpty ? [] : [inputList],
      help: names.count > 1 ? "pick an array: --input \(source.path):\(names[0])" : nil)
  }

  private func checkComplete() throws(UsageFault) {
    let missing = ports.indices.filter { found[$0] == nil }.map { ports[$0] }
    guard !missing.isEmpty else { return }
    let names = missing.map { "'\($0.label)'" }.joined(separator: ", ")
    let examples = missing.prefix(3).enumerated().map { place, port in
      "--input \(port.label.isEmpty ? "" : "\(port.label)=")"
        + (missing.count > 1 ? "\(place).npy" : "input.npy")
    }
    throw UsageFault(
      missing.count == 1 ? "input \(names) has no file" : "inputs \(names) have no files",
      notes: [inputList], help: "such as \(examples.joined(separator: " "))")
  }

  private var inputList: String {
    let inputs = ports.map { port in
      let sizes = port.signature.count == port.shape.count ? port.signature : port.shape
      return "'\(port.label)' \(port.type) \(SampleFault.text(sizes))"
    }
    return inputs.isEmpty ? "the model has no inputs" : "inputs: \(inputs.joined(separator: ", "))"
  }

  /// Whether the arrays of the file have names of their own.
  private static func hasNames(_ path: String) -> Bool { path.lowercased().hasSuffix(".npz") }

  /// `NAME=FILE`, unless the text begins like a path.
  private static func named(_ text: String) -> (name: String, path: String)? {
    guard let equals = text.firstIndex(of: "="), !text.hasPrefix("./"), !text.hasPrefix("/") else {
      return nil
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
