import Foundation
import OptimizeCLI
import Optimizer
import Synchronization

/// One run of the command line within this process, with what it printed.
struct CapturedRun {
  let code: Int32
  let output: String
  let error: String

  init(_ arguments: [String], catalog: StepCatalog = .all) {
    let texts = Texts()
    code = CommandLineTool.run(
      arguments,
      console: Console(output: { texts.add($0, "") }, error: { texts.add("", $0) }),
      catalog: catalog)
    (output, error) = texts.both
  }

  private final class Texts: Sendable {
    private let state = Mutex(("", ""))

    func add(_ output: String, _ error: String) {
      state.withLock {
        $0.0 += output
        $0.1 += error
      }
    }

    var both: (String, String) { state.withLock { $0 } }
  }
}

/// A new folder that is removed at the end of a test.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "optimize-tests-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// Where the fixtures are.
enum Fixtures {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Fixtures").standardized.path

  static func model(_ name: String) -> String { "\(root)/Models/\(name).tflite" }

  static let malformed = "\(root)/Malformed"
}

/// A text that stands in a file beside the tests; `OPTIMIZE_RECORD=1` writes it and fails the run.
enum Snapshot {
  static func difference(_ text: String, from name: String) -> String? {
    difference(
      text,
      at: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Snapshots/\(name).txt"))
  }

  static func difference(_ text: String, at path: URL) -> String? {
    let name = path.deletingPathExtension().lastPathComponent
    if ProcessInfo.processInfo.environment["OPTIMIZE_RECORD"] == "1" {
      try? Data(text.utf8).write(to: path)
      return "recorded \(name)"
    }
    let known = (try? Data(contentsOf: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    guard known != text else { return nil }
    let lines = zip(
      known.split(separator: "\n", omittingEmptySubsequences: false),
      text.split(separator: "\n", omittingEmptySubsequences: false))
    let first = lines.first { $0 != $1 }
    return "\(name) differs: '\(first?.1 ?? "length")', recorded '\(first?.0 ?? "length")'"
  }
}
