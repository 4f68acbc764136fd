import Foundation
import TestSupport
import Testing

/// The workflow and the hook of the guide do what they promise, where models are as they should be and
/// where they are not. Each script is run as GitHub and pre-commit run it.
@Suite struct WorkflowTests {
  private static let guide = ExampleDocument(path: "Guides/ContinuousIntegration.md")
  private let folder: ExampleFolder

  init() throws {
    folder = try ExampleFolder()
    #expect(try folder.run(Self.guide).differences.isEmpty)
  }

  private func file(_ name: String) throws -> [String] {
    try #require(folder.workspace.bytes(name)).split(separator: UInt8(ascii: "\n"))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The scripts of a workflow by the names of their steps, in order.
  private func scripts() throws -> [(name: String, script: String)] {
    let lines = try file(".github/workflows/model.yml")
    var name = ""
    var scripts: [(name: String, script: String)] = []
    for (index, line) in lines.enumerated() {
      if let step = line.firstMatch(of: /^ *- name: (.*)/) { name = String(step.1) }
      guard let run = line.firstMatch(of: /^( *)run: (.*)/) else { continue }
      let block = lines[(index + 1)...].prefix { $0.hasPrefix(run.1 + "  ") }
      scripts.append((name, run.2 == "|" ? block.joined(separator: "\n") : String(run.2)))
    }
    return scripts
  }

  private func run(_ script: String) throws -> (code: Int32, text: String) {
    try folder.run(
      script,
      environment: [
        "GITHUB_STEP_SUMMARY": folder.workspace.path("summary.md"),
        "GITHUB_PATH": folder.workspace.path("path.txt"),
      ])
  }

  @Test func `The workflow's scripts build nothing but the tool, quantize and compare`() throws {
    // What the runner makes before each step.
    for name in ["summary.md", "path.txt"] { try folder.workspace.write("", to: name) }
    let scripts = try scripts()
    #expect(scripts.count == 5)
    for (name, script) in scripts {
      if script.hasPrefix("swift build ") {
        // What this makes, from the program that the tests were built with.
        let made = folder.workspace.path("optimize-source/.build/release")
        try folder.workspace.makeFolder("optimize-source/.build/release")
        try FileManager.default.copyItem(
          atPath: #require(Executable.path), toPath: made + "/optimize")
        continue
      }
      let result = try run(script)
      #expect(result.code == 0, "\(name): \(result.text)")
    }
    #expect(
      try file("path.txt") == [folder.workspace.path("tool/bin")]
        && FileManager.default.isExecutableFile(atPath: folder.workspace.path("tool/bin/optimize")))
    let summary = try file("summary.md").filter { $0.hasPrefix("#") }
    #expect(summary == ["### optimize quantize", "### optimize report"])
    for name in ["digits.int8.tflite", "digits.json", "digits.html"] {
      #expect(folder.workspace.bytes("reports/\(name)") != nil)
    }
  }

  @Test func `A model that grew fails the workflow, and its summary says so`() throws {
    let steps = try scripts()
    let (quantize, compare) = (steps[3].script, steps[4].script)
    #expect(try run(quantize).code == 0)
    let small = try Workspace()
    let report = Tool.run("report", Fixtures.path("bmm"), "--json=" + small.path("bmm.json"))
    #expect(report.code == 0)
    try folder.workspace.write([UInt8](#require(small.bytes("bmm.json"))), to: "digits.json")
    let grown = try run(compare)
    #expect(grown.code == 1 && grown.text.contains("error: gate max-size failed: "))
    #expect(try file("summary.md").contains { $0.contains("**a gate failed**") })
    let strict = quantize.replacingOccurrences(of: "--max-size 60kB", with: "--max-size 6kB")
    #expect(strict != quantize)
    let large = try run(strict + " --force")
    #expect(large.code == 1, "\(large.text)")
  }

  @Test func `The hook lets equal models through and refuses larger and unknown ones`() throws {
    let entry = try #require(
      try file(".pre-commit-config.yaml").lazy.compactMap { $0.firstMatch(of: /^ *entry: (.*)/)?.1 }
        .first)
    let hook = String(entry) + " \"$@\""
    let model = "digits.int8.tflite"
    #expect(try folder.run(hook, [model]).code == 0)
    #expect(try folder.run(hook, []).code == 0)
    _ = try folder.workspace.copy("bmm", as: "new.tflite")
    let unknown = try folder.run(hook, [model, "new.tflite"])
    #expect(unknown.code == 2 && unknown.text.contains("'new.json'"), "\(unknown.text)")
    try folder.workspace.write(
      [UInt8](#require(folder.workspace.bytes("digits.tflite"))), to: model)
    let larger = try folder.run(hook, [model])
    #expect(larger.code == 1 && larger.text.contains("error: gate max-size failed: 151436"))
    #expect(larger.text.contains("note: limits come from 'digits.int8.json', plus 2%"))
  }
}
