import Interpreter
import OpSet
import Platform
import Samples
import TFLite

/// `run`: runs the model on arrays from files and writes its outputs.
enum RunCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    try invocation.allowPositionals(1)
    let path = try OptimizeRequest.model(arguments.positionals.first)
    guard let folder = arguments[Options.outputFolder] else {
      throw UsageFault("no folder for the outputs given", help: "such as --output results/")
    }
    var options = Interpreter.Options()
    options.threads = try Values.threads(arguments[Options.threads])
    options.signature = arguments[Options.signature]
    let file = try ModelFile(MappedFile(path: path))
    let interpreter = try Interpreter(file, options: options)
    let targets = interpreter.outputs.indices.map { "\(folder)/\($0).npy" }
    try OutputPaths(inputs: [path], model: nil, reports: targets).check()
    if let existing = targets.first(where: FileSystem.exists), !arguments.has(Options.force) {
      throw UsageFault("'\(existing)' exists already", help: "--force overwrites it")
    }
    let inputs = try RunInputs(arguments.all(Options.input), for: interpreter).arrays
    let outputs = try interpreter.run(inputs)
    try FileSystem.makeFolder(folder)
    for (target, array) in zip(targets, outputs) { try write(array, to: target) }
    if !arguments.has(Options.quiet) {
      for (index, port) in interpreter.outputs.enumerated() {
        invocation.console.error(
          "\(targets[index])  \(port.signatureName ?? port.name)  \(port.type) "
            + "\(outputs[index].shape)\n")
      }
    }
    return .done
  }

  private static func write(_ array: DenseArray, to path: String) throws {
    let bytes = try NpyFile.bytes(of: array)
    let output = try OutputFile(path: path)
    do {
      try bytes.withUnsafeBytes { try output.write($0) }
      try output.commit(replacing: true)
    } catch {
      output.discard()
      throw error
    }
  }
}

/// The arrays that `--input` names, one for each input of the model.
struct RunInputs {
  private(set) var arrays: [DenseArray] = []

  /// Each text is `FILE` or `NAME=FILE`; unnamed files fill the inputs that have none, in order,
  /// and an npz fills as many as it has arrays, by their names where those are the inputs'.
  init(_ texts: [String], for interpreter: Interpreter) throws {
    let ports = interpreter.inputs
    var found: [Int: (array: DenseArray, source: String)] = [:]
    var unnamed: [String] = []
    for text in texts {
      guard let (name, path) = Self.named(text) else {
        unnamed.append(text)
        continue
      }
      guard let index = ports.firstIndex(where: { $0.name == name || $0.signatureName == name })
      else {
        throw UsageFault(
          "the model has no input '\(name)'",
          help: "inputs: \(ports.map { $0.signatureName ?? $0.name }.joined(separator: ", "))")
      }
      let file = try ArrayFile(path: path)
      guard file.names.count == 1 else {
        throw UsageFault("'\(path)' has \(file.names.count) arrays; name one: \(path):ARRAY")
      }
      found[index] = (try file.array(named: file.names[0]), path)
    }
    for path in unnamed {
      let file = try ArrayFile(path: path)
      for name in file.names {
        let isNamed = file.names.count > 1
        let byName = ports.firstIndex { isNamed && ($0.name == name || $0.signatureName == name) }
        guard let index = byName ?? ports.indices.first(where: { found[$0] == nil }) else {
          throw UsageFault("'\(path)' is one array too many: the model has \(ports.count) inputs")
        }
        found[index] = (try file.array(named: name), isNamed ? "\(path):\(name)" : path)
      }
    }
    for (index, port) in ports.enumerated() {
      guard let (array, source) = found[index] else {
        throw UsageFault(
          "input \(index) '\(port.signatureName ?? port.name)' has no file",
          help: "such as --input \(port.signatureName ?? port.name)=data.npy")
      }
      arrays.append(try port.sampleInput.convert(array, source: source))
    }
  }

  /// `NAME=FILE`, unless the part before '=' is a path.
  private static func named(_ text: String) -> (name: String, path: String)? {
    guard let equals = text.firstIndex(of: "="), !text.hasPrefix("./"), !text.hasPrefix("/") else {
      return nil
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

extension Port {
  /// What samples must be for this input.
  var sampleInput: SampleInput {
    SampleInput(name: signatureName ?? name, type: type, shape: shape, signature: signature)
  }
}
