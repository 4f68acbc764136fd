import Interpreter
import OpSet
import Platform
import Samples
import TFLite
import TFLiteOptimizer

/// `run`: runs the model on files and writes its outputs, or prints them or the best classes.
enum RunCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let path = try invocation.model()
    let wanted = try RunTargets(arguments)
    let options = try Interpreter.Options(arguments)
    let file = try invocation.openModel(path)
    let interpreter = try Interpreter(file, options: options)
    var preprocessing = try Preprocessing(arguments)
    preprocessing.metadata = ModelInputInfo.all(in: file)
    let inputs = try RunInputs(
      arguments.all(Options.input), for: interpreter.inputs, preprocessing: preprocessing)
    let ports = interpreter.outputs
    let paths = wanted.paths(count: ports.count)
    try check(paths, against: [path] + inputs.paths, isForced: arguments.has(Options.force))
    let arrays = try interpreter.run(try inputs.arrays())
    var results = RunResults(outputs: Array(zip(ports, arrays)))
    results.top = try wanted.top.map { most in
      try TopClasses(most, of: interpreter, in: file, names: arguments[Options.classNames])
    }
    results.notes = try inputs.preparations()
    results.warnings = file.warnings + inputs.warnings + (results.top?.warnings ?? [])
    if let folder = wanted.folder {
      let files = try results.outputs.map { try wanted.format.bytes(of: $1, for: $0) }
      try FileSystem.makeFolder(folder)
      try write(files, to: paths)
    }
    try results.publish(wanted, paths: paths, invocation)
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
