import Foundation
import TFLite
import TFLiteOptimizer
import TestSupport
import Testing

/// What commands do with containers. The models in them are judged by what the same command makes of them
/// alone, which LiteRT judges elsewhere, and checksums by this suite's own; `make oracle` has
/// the official readers judge the results.
@Suite struct ContainerTests {
  static let folder = "\(Fixtures.root)/Containers"
  static let names = [
    "external_weights.litertlm", "gestures.task", "hands.task", "language.litertlm",
    "language.task", "tiny.litertlm",
  ]
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func fixture(_ name: String) -> String { "\(Self.folder)/\(name)" }

  private func open(_ path: String) throws -> Container {
    try #require(try Container(openMap(path)))
  }

  private func bytes(_ container: Container, _ section: Container.Section) -> [UInt8] {
    Array(container.file.bytes[section.range])
  }

  private func parsed(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  // MARK: Results

  static let commands = [
    ["quantize", "--mode", "dynamic"], ["quantize", "--mode", "float16"],
    ["pipeline", "rewrite", "--allow-larger"], ["prune", "--sparsity", "0.5"],
    ["cluster", "--clusters", "16"],
    ["pipeline", "prune:sparsity=0.5", "quantize:mode=dynamic"],
  ]

  @Test(
    "A container gets the models that the command makes of them alone, and keeps all else",
    arguments: commands)
  func results(command: [String]) throws {
    for name in ["gestures.task", "language.litertlm", "language.task"] {
      let out = workspace.path("out-\(name)")
      let run = Tool.run(
        [command[0], fixture(name)] + command.dropFirst() + ["-o", out, "--force", "--quiet"])
      #expect(run.code == 0, "\(name): \(run.error)")
      try compare(open(fixture(name)), open(out), command)
    }
  }

  private func compare(_ before: Container, _ after: Container, _ command: [String]) throws {
    #expect(before.sections.map(\.name) == after.sections.map(\.name))
    #expect(before.sections.map(\.kind) == after.sections.map(\.kind))
    for (old, new) in zip(before.sections, after.sections) {
      #expect(old.facts.map(\.value) == new.facts.map(\.value))
      switch (old.content, new.content) {
      case (.other, .other): #expect(bytes(before, old) == bytes(after, new), "\(old.name)")
      case (.container(let old), .container(let new)): try compare(old, new, command)
      case (.model, .model):
        let alone = try alone(bytes(before, old), command)
        #expect(bytes(after, new) == alone, "\(old.name)")
      default: Issue.record("\(old.name) became something else")
      }
    }
    if case .success(let tail) = ZipTail.examine(after.file.bytes) {
      for (entry, section) in zip(tail.entries, after.sections) {
        #expect(Int(entry.crc32) == Archive.checksum(bytes(after, section)))
        #expect(section.range.lowerBound % 4 == 0)
      }
    }
  }

  /// Returns what the command makes of a model; the model where there is nothing to do.
  private func alone(_ model: [UInt8], _ command: [String]) throws -> [UInt8] {
    let (input, output) = (workspace.path("alone.tflite"), workspace.path("alone.out.tflite"))
    try Data(model).write(to: URL(fileURLWithPath: input))
    let run = Tool.run(
      [command[0], input] + command.dropFirst() + ["-o", output, "--force", "--quiet"])
    guard run.code == 0 else { return model }
    return Array(try #require(workspace.bytes("alone.out.tflite")))
  }

  @Test func `A named section alone is changed`() throws {
    let out = workspace.path("out.litertlm")
    let run = Tool.run(
      "quantize", fixture("language.litertlm"), "--mode", "dynamic", "-o", out, "--section",
      "tf_lite_embedder")
    #expect(run.code == 0)
    #expect(run.error.contains("1 of 2 models changed, 5 other sections as they were"))
    let (before, after) = (try open(fixture("language.litertlm")), try open(out))
    for (old, new) in zip(before.sections, after.sections) {
      #expect((bytes(before, old) == bytes(after, new)) == (old.name != "tf_lite_embedder"))
    }
  }

  @Test func `A model without anything to do stays as it was; without any, nothing is written`()
    throws
  {
    let once = workspace.path("once.task")
    let twice = workspace.path("twice.task")
    let dynamic = ["--mode", "dynamic"]
    #expect(Tool.run(["quantize", fixture("hands.task"), "-o", once] + dynamic).code == 0)
    let again = Tool.run(["quantize", once, "-o", twice] + dynamic)
    #expect(again.code == 3 && workspace.names == ["once.task"])
    #expect(again.error.contains("note: '\(once):hand_detector.tflite' stays as it was: "))
    let copied = Tool.run(
      ["quantize", once, "-o", twice, "--allow-unchanged", "--quiet"] + dynamic)
    #expect(copied.code == 0 && workspace.bytes("twice.task") == workspace.bytes("once.task"))
  }

  @Test func `The default name keeps the container's ending, and a stream gets the same bytes`()
    throws
  {
    let model = workspace.path("model.litertlm")
    try FileManager.default.copyItem(atPath: fixture("tiny.litertlm"), toPath: model)
    let arguments = ["pipeline", "rewrite", "--allow-larger", "--quiet"]
    #expect(Tool.run([arguments[0], model] + arguments.dropFirst()).code == 0)
    let file = try #require(workspace.bytes("model.optimized.litertlm"))
    let stream = workspace.folder.appending(path: "stream")
    let run = try Executable.run(
      ["pipeline", "-", "rewrite", "--allow-larger", "--quiet", "-o", "-"], in: workspace.folder,
      input: model, output: stream)
    #expect(run.code == 0 && workspace.bytes("stream") == file, "\(run.error)")
  }

  // MARK: Gates, selection, reports

  @Test func `Limits of sizes hold for the container`() throws {
    let out = workspace.path("out.task")
    let command = ["quantize", fixture("hands.task"), "--mode", "dynamic", "-o", out]
    let failed = Tool.run(command + ["--max-size", "5000"])
    #expect(failed.code == 1 && workspace.names.isEmpty)
    #expect(failed.error.contains("error: gate max-size failed: "))
    #expect(Tool.run(command + ["--max-size", "8000", "--max-download", "8000"]).code == 0)
    let small = Tool.run(command + ["--max-download", "100", "--write-on-fail", "--force"])
    #expect(small.code == 1 && workspace.names == ["out.task"])
  }

  @Test func `A rule must match in one of the models, and leaves the others alone`() throws {
    let out = workspace.path("out.litertlm")
    let command = ["quantize", fixture("language.litertlm"), "--mode", "dynamic", "-o", out]
    let missed = Tool.run(command + ["--only", "op:LSTM"])
    #expect(missed.code == 64 && missed.error.contains("'op:LSTM' matches no tensor"))
    let matched = Tool.run(command + ["--only", "op:GATHER"])
    #expect(matched.code == 0, "\(matched.error)")
    #expect(matched.error.contains("1 of 2 models changed"))
  }

  @Test func `JSON has the container and a report of each model`() throws {
    let out = workspace.path("out.task")
    let run = Tool.run(
      "quantize", fixture("gestures.task"), "--mode", "dynamic", "-o", out, "--quiet", "--json",
      "--markdown", workspace.path("s.md"))
    #expect(run.code == 0)
    let report = try parsed(run.output)
    let models = try #require(report["models"] as? [[String: Any]])
    #expect(models.compactMap { $0["section"] as? String } == (try open(out).models.map(\.name)))
    #expect(models.allSatisfy { $0["tensors"] is [Any] && $0["isChanged"] as? Bool == true })
    let output = try #require(report["output"] as? [String: Any])
    #expect(output["bytes"] as? Int == workspace.bytes("out.task")?.count)
    #expect((output["sha256"] as? String)?.count == 64)
    #expect(report["exitCode"] as? Int == 0)
    let page = String(decoding: try #require(workspace.bytes("s.md")), as: UTF8.self)
    #expect(page.contains("gesture\\_embedder.tflite"))
  }

  @Test func `Containers and models are worked on together`() throws {
    let model = try workspace.copy("keyword_1d", as: "keyword.tflite")
    let run = Tool.run(
      "quantize", model, fixture("hands.task"), "--mode", "dynamic", "--output-dir",
      workspace.path("out"), "--json")
    #expect(run.code == 0, "\(run.error)")
    let reports = try #require(try parsed(run.output)["models"] as? [[String: Any]])
    #expect(reports.count == 2 && reports[1]["container"] is [String: Any])
    #expect(run.error.contains("2 of 2 models: "))
    #expect(workspace.bytes("out/hands.dynamic.task") != nil)
  }

  // MARK: Reading commands

  @Test func `A command that reads takes one model by its name`() throws {
    let path = fixture("gestures.task")
    let name = "hand_landmarker.task/hand_landmarks_detector.tflite"
    for command in [["report"], ["bench", "--runs", "1"], ["inspect", "--tensors"]] {
      let run = Tool.run([command[0], path] + command.dropFirst() + ["--section", name])
      #expect(run.code == 0, "\(command): \(run.error)")
      let several = Tool.run([command[0], path] + command.dropFirst())
      #expect(several.code == 64)
      #expect(several.error.contains("holds 4 models, and one is needed"))
    }
    let compared = Tool.run("compare", path, Fixtures.path("bmm"), "--section", name)
    #expect(compared.code == 0, "\(compared.error)")
    // The only model needs no name.
    #expect(Tool.run("report", fixture("language.task")).code == 0)
  }

  @Test func `The library takes a model of a container by its name`() throws {
    let path = fixture("hands.task")
    func bytes(_ name: String) throws -> [UInt8] {
      try OptimizationJob(model: .section(of: path, named: name), steps: [.quantize(.dynamic)])
        .run().bytes()
    }
    let container = try open(path)
    let model = self.bytes(container, container.sections[0])
    let alone = try alone(model, ["quantize", "--mode", "dynamic"])
    let found = try bytes("hand_detector.tflite")
    #expect(found == alone)
    let error = #expect(throws: OptimizationError.self) { try bytes("thumb.tflite") }
    #expect(error?.kind == .usage && error?.message.contains("has no model 'thumb.tflite'") == true)
    let whole = #expect(throws: OptimizationError.self) {
      try OptimizationJob(model: .file(path), steps: [.quantize(.dynamic)]).run()
    }
    #expect(whole?.help == "name one of its models")
  }

  @Test func `What containers are and why they are refused reads well`() throws {
    var texts: [String] = []
    func add(_ arguments: [String]) {
      let run = Tool.run(arguments)
      texts.append("optimize \(arguments.joined(separator: " ")): exit \(run.code)\n")
      texts.append(run.output + run.error)
    }
    for name in Self.names { add(["inspect", fixture(name)]) }
    add(["inspect", fixture("hands.task"), "--json"])
    let path = fixture("language.litertlm")
    let dynamic = ["--mode", "dynamic", "-o", workspace.path("out")]
    add(["report", path])
    add(["report", path, "--section", "embedder"])
    add(["report", Fixtures.path("bmm"), "--section", "embedder"])
    add(["quantize", path, "--section", "sp_tokenizer"] + dynamic)
    add(["quantize", path, "--html", workspace.path("page.html")] + dynamic)
    add(["quantize", path, "--dry-run"] + dynamic)
    add(["quantize", path, "--max-size", "1k"] + dynamic)
    add(["prune", fixture("hands.task"), "--sparsity", "0.5"] + dynamic.suffix(2))
    add([
      "quantize", path, "--mode", "int8", "--rep-data", "\(Fixtures.samples)/digits.npz",
      "-o", workspace.path("out"), "--force",
    ])
    let external = fixture("external_weights.litertlm")
    add(["quantize", external, "--force"] + dynamic)
    add(["quantize", external, "--section", "tf_lite_prefill_decode", "--force"] + dynamic)
    let text = workspace.neutral(texts.joined(separator: "\n"))
    #expect(Snapshot.difference(text, from: "containers") == nil)
  }
}
