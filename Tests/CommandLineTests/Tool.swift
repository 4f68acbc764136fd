import Foundation

/// The tool, called in this process.
enum Tool {
  static func run(_ arguments: [String]) -> CapturedRun {
    // One deflate on every machine, so that sizes in snapshots are the same.
    _ = usesBuiltInDeflate
    return CapturedRun(arguments)
  }

  static func run(_ arguments: String...) -> CapturedRun { run(arguments) }

  private static let usesBuiltInDeflate = setenv("OPTIMIZE_DEFLATE", "built-in", 1) == 0
}

/// The tool as a process, for what needs standard input and output or another folder.
enum Executable {
  static let path: String? = {
    let bundle = Bundle.main.bundleURL
    let folders = [
      bundle.pathExtension == "xctest" ? bundle.deletingLastPathComponent() : bundle,
      URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
    ]
    return folders.map { $0.appending(path: "optimize").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Runs the tool in `folder`; `output` is the file that standard output goes to.
  static func run(
    _ arguments: [String], in folder: URL, input: String? = nil, output: URL
  ) throws -> (code: Int32, error: String) {
    let errors = folder.appending(path: "standard-error.txt")
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    if !FileManager.default.fileExists(atPath: output.path) {
      _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    }
    let process = Process()
    process.executableURL = path.map { URL(fileURLWithPath: $0) }
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let errorFile = try FileHandle(forWritingTo: errors)
    process.standardError = errorFile
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardInput =
      try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) }
      ?? FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try errorFile.close()
    let error = try String(contentsOf: errors, encoding: .utf8)
    try FileManager.default.removeItem(at: errors)
    return (process.terminationStatus, error)
  }
}
