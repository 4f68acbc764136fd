import Foundation

/// The tool that was built with these tests, which stands beside their bundle.
enum Executable {
  static let path: String? = {
    let folder =
      Bundle.main.bundleURL.pathExtension == "xctest"
      ? Bundle.main.bundleURL.deletingLastPathComponent() : Bundle.main.bundleURL
    let candidates = [
      folder, URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent(),
    ].map { $0.appending(path: "optimize").path }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Failure: Error {
    let code: Int32
  }

  /// Runs the tool and throws unless it exits with 0.
  static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = path.map { URL(fileURLWithPath: $0) }
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(code: process.terminationStatus)
    }
  }
}
