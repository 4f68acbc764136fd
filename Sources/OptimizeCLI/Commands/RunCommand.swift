import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import TFLiteOptimizer

/// `run`: runs the model on arrays from files and writes its outputs.
enum RunCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let (arguments, console) = (invocation.arguments, invocation.console)
    let path = try invocation.model()
    guard let folder = arguments[Options.outputFolder] else {
      throw UsageFault("no folder for the outputs given", help: "such as --output results")
    }
    if FileSystem.exists(folder), !FileSystem.isFolder(folder) {
      throw UsageFault("'\(folder)' is a file, not a folder", help: "such as --output results")
    }
    let options = try Interpreter.Options(arguments)
    let file = try invocation.openModel(path)
    let interpreter = try Interpreter(file, options: options)
    var preprocessing = try Preprocessing(arguments)
    preprocessing.metadata = ModelInputInfo.all(in: file)
    let inputs = try RunInputs(
      arguments.all(Options.input), for: interpreter.inputs, preprocessing: preprocessing)
    let targets = interpreter.outputs.indices.map { "\(folder)/\($0).npy" }
    try check(targets, against: [path] + inputs.paths, isForced: arguments.has(Options.force))
    let outputs = try interpreter.run(try inputs.arrays())
    let files = try zip(interpreter.outputs, outputs).map { port, array in
      try bytes(of: array, for: port)
    }
    try FileSystem.makeFolder(folder)
    try write(files, to: targets)
    console.tell(file.warnings.map { "warning: \($0)" })
    guard !arguments.has(Options.quiet) else { return .done }
    console.tell(try inputs.preparations().map { "note: \($0)" })
    console.tell(
      interpreter.outputs.enumerated().map { index, port in
        "\(targets[index])  \(port.label)  \(port.type) \(SampleFault.text(outputs[index].shape))"
      })
    return .done
  }

  private static func check(
    _ targets: [String], against inputs: [String], isForced: Bool
  ) throws(UsageFault) {
    for target in targets {
      guard !inputs.contains(where: { FileSystem.areSame($0, target) }) else {
        throw UsageFault("the output '\(target)' would replace an input")
      }
      if FileSystem.isFolder(target) { throw UsageFault("'\(target)' is a folder") }
    }
    if let existing = targets.first(where: FileSystem.exists), !isForced {
      throw UsageFault("'\(existing)' exists already", help: "--force overwrites it")
    }
  }

  private static func bytes(of array: DenseArray, for port: Port) throws -> [UInt8] {
    do {
      return try NpyFile.bytes(of: array)
    } catch {
      throw Diagnostic(
        message: "output '\(port.label)' cannot be written: \(error.message)",
        notes: ["nothing was written"], exitCode: .output)
    }
  }

  /// Renames the files only after all of them are on disk.
  private static func write(_ files: [[UInt8]], to paths: [String]) throws {
    var outputs: [OutputFile] = []
    defer { for output in outputs { output.discard() } }
    for (bytes, path) in zip(files, paths) {
      let output = try OutputFile(path: path)
      outputs.append(output)
      try bytes.withUnsafeBytes { try output.write($0) }
      try output.sync()
    }
    for output in outputs { try output.commit(replacing: true) }
  }
}
