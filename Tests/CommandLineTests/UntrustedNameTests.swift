import FlatBuffers
import Foundation
import TFLite
import TestSupport
import Testing

/// Names from a file reach a terminal without control characters; the JSON, which other programs read,
/// has them whole.
@Suite struct UntrustedNameTests {
  private static let name =
    "a\u{1B}]0;title\u{7}\u{1B}[31m\nerror: b\r\u{9B}2J\u{202E}"
    + String(repeating: "x", count: 9000)

  private func model(_ workspace: Workspace) throws -> String {
    try workspace.edited("digits_cnn") { model in
      let name = Text(Self.name)
      model.description = name
      model.subgraphs[0].name = name
      for index in model.subgraphs[0].tensors.indices {
        model.subgraphs[0].tensors[index].name = name
      }
      for index in model.signatures.indices { model.signatures[index].key = name }
      for index in model.metadata.indices { model.metadata[index].name = name }
    }
  }

  @Test(
    "No command passes control characters on",
    arguments: [
      ["inspect", "--tensors", "--operators"], ["report", "--verbose"],
      ["quantize", "--mode", "dynamic", "--verbose", "--dry-run", "--rep-data", "SAMPLES"],
      ["quantize", "--mode", "int8", "--dry-run"], ["bench", "--runs", "1", "--per-operator"],
      ["run", "--output", "out"], ["prune", "--sparsity", "0.5", "--dry-run", "--verbose"],
      ["quantize", "--mode", "float16", "--only", "\u{1B}[31m\u{7}"],
    ])
  func text(arguments: [String]) throws {
    let workspace = try Workspace()
    let path = try model(workspace)
    let given = arguments.dropFirst().map { $0 == "SAMPLES" ? Fixtures.samples + "/digits" : $0 }
    let run = Tool.run([arguments[0], path] + given)
    let text = run.output + run.error
    #expect(!text.isEmpty)
    let controls = text.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0 == "\u{202E}")
    }
    #expect(controls.isEmpty, "\(arguments)")
    let lines = text.split(separator: "\n")
    #expect(!lines.contains { $0.hasPrefix("error: b") }, "\(arguments)")
    #expect(lines.allSatisfy { $0.count <= 2000 }, "\(arguments)")
  }

  @Test func `JSON has names whole, HTML has them visible`() throws {
    let workspace = try Workspace()
    let path = try model(workspace)
    let run = Tool.run("report", path, "--json", "--html", workspace.path("r.html"))
    let report = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    let tensors = try #require(report?["tensors"] as? [[String: Any]])
    #expect(tensors.first?["name"] as? String == Self.name)
    #expect(!run.output.unicodeScalars.contains("\u{1B}"))
    let html = String(decoding: try #require(workspace.bytes("r.html")), as: UTF8.self)
    #expect(!html.unicodeScalars.contains { ["\u{1B}", "\u{7}", "\u{202E}"].contains($0) })
  }
}
