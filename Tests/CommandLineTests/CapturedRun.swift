import Foundation
import OptimizeCLI
import Optimizer
import Pipelines
import Platform
import TestSupport

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

/// A text that stands in a file beside the tests; `OPTIMIZE_RECORD=1` writes it and fails the run.
enum Snapshot {
  static func difference(_ text: String, from name: String) -> String? {
    difference(
      text,
      at: Checkout.folder().appending(path: "Snapshots/\(name).txt"))
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
