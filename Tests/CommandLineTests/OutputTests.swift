import Foundation
import TestSupport
import Testing

/// Models go to files, data that was asked for to standard output, all words to standard error.
@Suite struct OutputTests {
  private let workspace: Workspace
  private let model: String

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
  }

  private func quantize(_ arguments: String...) -> CapturedRun {
    Tool.run(
      ["quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite")] + arguments)
  }

  private func json(_ text: some DataProtocol) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(text))
    return try #require(object as? [String: Any])
  }

  @Test func `A dry run says what would be done and writes nothing`() throws {
    let plan = quantize("--dry-run")
    #expect(plan.code == 0 && workspace.names == ["model.tflite"])
    let real = quantize()
    // What was planned is what is done.
    let size = try #require(real.error.split(separator: "\n").first { $0.contains("  size ") })
    #expect(plan.error.contains(size))
    // An existing output is no error: it is not touched.
    let before = workspace.bytes("out.tflite")
    #expect(quantize("--dry-run").code == 0)
    #expect(workspace.bytes("out.tflite") == before)
    #expect(quantize("--dry-run", "--max-size", "1k").code == 1)
  }

  @Test func `The report goes to standard error, and --quiet silences it`() {
    let run = quantize()
    #expect(run.output.isEmpty && run.error.contains("float32 → int8"))
    let quiet = quantize("--force", "--quiet")
    #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
  }

  @Test func `--json prints the report to standard output`() throws {
    let run = quantize("--json", "--quiet")
    #expect(run.code == 0 && run.error.isEmpty)
    let report = try json(Data(run.output.utf8))
    #expect(report["schemaVersion"] as? Int == 1)
    for key in [
      "tool", "command", "input", "output", "minRuntime", "steps", "tensors", "operators",
      "coverage", "compressibility", "gates", "warnings", "exitCode",
    ] {
      #expect(report[key] != nil, "\(key)")
    }
    let output = try #require(report["output"] as? [String: Any])
    #expect(output["bytes"] as? Int == workspace.bytes("out.tflite")?.count)
    #expect(report["exitCode"] as? Int == 0)
  }

  @Test func `Rows of the JSON have the keys of the contract`() throws {
    let report = try json(Data(quantize("--json", "--max-size", "1M").output.utf8))
    let keys = [
      "steps": ["name", "options", "seconds", "bytesBefore", "bytesAfter", "changes"],
      "tensors": [
        "subgraph", "index", "name", "role", "shape", "before", "after", "bytesBefore",
        "bytesAfter", "zeros", "distinct", "entropyBits", "reason",
      ],
      "operators": ["subgraph", "index", "kind", "before", "after", "reason"],
      "gates": ["name", "limit", "value", "passed"],
    ]
    for (list, names) in keys {
      let rows = try #require(report[list] as? [[String: Any]])
      #expect(!rows.isEmpty, "\(list)")
      for row in rows { for name in names { #expect(row[name] != nil, "\(list).\(name)") } }
    }
    let coverage = try #require(report["coverage"] as? [String: Any])
    for name in ["weightBytes", "operators", "quantizeOps", "dequantizeOps"] {
      #expect(coverage[name] != nil)
    }
    for side in ["before", "after"] {
      let both = try #require(report["compressibility"] as? [String: Any])
      let figures = try #require(both[side] as? [String: Any])
      for name in ["raw", "deflate6", "entropyBound"] { #expect(figures[name] != nil) }
    }
  }

  @Test func `--json takes a file by = or by its extension`() throws {
    let one = workspace.path("report.json")
    let first = quantize("--json", one)
    #expect(first.code == 0 && first.output.isEmpty)
    #expect(try json(#require(workspace.bytes("report.json")))["exitCode"] as? Int == 0)
    let second = quantize("--force", "--json=" + workspace.path("other"))
    #expect(second.code == 0 && workspace.bytes("other") != nil)
    // Reports replace an older report.
    #expect(quantize("--force", "--json", one).code == 0)
    #expect(workspace.names == ["model.tflite", "other", "out.tflite", "report.json"])
  }

  @Test func `--html writes one page, beside JSON on standard output`() throws {
    let run = quantize("--html", workspace.path("report.html"), "--json", "--quiet")
    #expect(run.code == 0 && run.error.isEmpty)
    #expect(try json(Data(run.output.utf8))["exitCode"] as? Int == 0)
    let page = String(decoding: try #require(workspace.bytes("report.html")), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("model.tflite"))
    #expect(workspace.names == ["model.tflite", "out.tflite", "report.html"])
  }

  @Test func `The JSON of a failed gate says so`() throws {
    let run = quantize("--json", "--max-size", "1k")
    #expect(run.code == 1)
    let report = try json(Data(run.output.utf8))
    #expect(report["exitCode"] as? Int == 1 && report["output"] is NSNull)
    let gates = try #require(report["gates"] as? [[String: Any]])
    #expect(gates.map { $0["passed"] as? Bool } == [false])
  }

  @Test func `The JSON of a run with nothing to do says so`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let run = Tool.run("quantize", half, "--mode", "float16", "--json")
    #expect(run.code == 3)
    let report = try json(Data(run.output.utf8))
    #expect(report["exitCode"] as? Int == 3 && report["output"] is NSNull)
  }

  @Test(
    "Digests are SHA-256",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sha256sum")))
  func digest() throws {
    let report = try json(Data(quantize("--json").output.utf8))
    for (key, name) in [("input", "model.tflite"), ("output", "out.tflite")] {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
      process.arguments = [workspace.path(name)]
      process.standardOutput = pipe
      try process.run()
      let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let file = try #require(report[key] as? [String: Any])
      #expect(file["sha256"] as? String == String(said.prefix(64)))
    }
  }

  @Test func `An overwritten file keeps its permissions`() throws {
    let out = try workspace.write("old", to: "out.tflite")
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: out)
    #expect(quantize("--force").code == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: out)
    #expect(attributes[.posixPermissions] as? Int == 0o640)
  }

  @Test(
    "A model can come from standard input and go to standard output",
    .enabled(if: Executable.path != nil))
  func streams() throws {
    let output = workspace.folder.appending(path: "streamed.tflite")
    let run = try Executable.run(
      ["quantize", "-", "--mode", "dynamic", "-o", "-"], in: workspace.folder, input: model,
      output: output)
    #expect(run.code == 0 && run.error.contains("float32 → int8"))
    #expect(quantize().code == 0)
    #expect(workspace.bytes("streamed.tflite") == workspace.bytes("out.tflite"))
    #expect(workspace.names == ["model.tflite", "out.tflite", "streamed.tflite"])
  }

  @Test(
    "Inspection and reports say what they always said",
    arguments: [
      ["inspect", "digits_with_labels", "--tensors", "--operators"],
      ["inspect", "two_signatures", "--json"],
      ["report", "sparse_float16", "--verbose"], ["report", "embedding_gather", "--json"],
      ["quantize", "embedding_gather", "--mode", "dynamic", "--verbose", "--dry-run"],
      ["quantize", "digits_cnn_float16", "--mode", "dynamic", "--dry-run"],
      ["quantize", "huge_values", "--mode", "float16", "--dry-run"],
      ["quantize", "sequence_lstm", "--mode", "dynamic", "--json", "--quiet", "--dry-run"],
    ])
  func texts(arguments: [String]) throws {
    let run = Tool.run([arguments[0], Fixtures.path(arguments[1])] + arguments[2...])
    #expect(run.code == 0)
    let name =
      arguments.prefix(2).joined(separator: "-")
      + arguments.dropFirst(2).filter { !["--mode", "--dry-run", "--quiet"].contains($0) }
      .map { "-" + $0.drop { $0 == "-" } }.joined()
    #expect(Snapshot.difference(workspace.neutral(run.output + run.error), from: name) == nil)
  }
}
