import FlatBuffers
import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// Outputs as text and the best classes. The npy file of the same run judges the numbers, file names
/// of the fixtures tell the digits.
@Suite struct RunOutputTests {
  private let workspace: Workspace
  private let seven = Fixtures.samples + "/digits/03_label7.npy"
  private let model = Fixtures.path("digits_with_labels")

  init() throws { workspace = try Workspace() }

  private func run(_ more: String..., model: String? = nil, input: String? = nil) -> CapturedRun {
    Tool.run(["run", model ?? self.model, "--input", input ?? seven] + more)
  }

  /// What `run` writes as npy.
  private func scores() throws -> DenseArray {
    #expect(run("--output", workspace.path("npy"), "--force").code == 0)
    return try workspace.array("npy/0.npy")
  }

  @Test func `The best classes are ranked, with the names that the model contains`() throws {
    let scores = try scores().floats
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    let table = run("--top", "3")
    #expect(table.code == 0 && table.error.isEmpty, "\(table.error)")
    let lines = table.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].hasSuffix(": the 3 greatest of 10 values"))
    #expect(lines[1].hasPrefix("  1  class 7  \(scores[7])"), "\(table.output)")
    #expect(lines[1].hasSuffix("  seven"))
    for place in 0..<3 { #expect(lines[place + 1].contains("class \(order[place])  ")) }
    let plain = run("--top", "1", model: Fixtures.path("digits_cnn"))
    #expect(plain.output.hasSuffix("\n  1  class 7  \(scores[7])\n"), "\(plain.output)")
    let names = try workspace.write(
      (0..<10).map { "number \($0), \"really\"\n" }.joined(), to: "names.txt")
    let given = run("--top", "2", "--labels", names, "--format", "csv")
    #expect(
      given.output == "rank,class,score,name\n1,7,\(scores[7]),\"number 7, \"\"really\"\"\"\n"
        + "2,\(order[1]),\(scores[order[1]]),\"number \(order[1]), \"\"really\"\"\"\n")
    let all = try parsed(run("--top", "99", "--format", "json").output)
    let top = try #require(all["top"] as? [String: Any])
    let entries = try #require(top["entries"] as? [[String: Any]])
    #expect(entries.map { $0["class"] as? Int } == order)
    #expect(entries[0]["name"] as? String == "seven" && all["outputs"] == nil)
    // Files and the table at once.
    let both = run("--top", "1", "--output", workspace.path("both"))
    #expect(both.output.contains("  seven\n") && both.error.contains("both/0.npy"))
    #expect(workspace.bytes("both/0.npy") == workspace.bytes("npy/0.npy"))
  }

  /// A list that the metadata name is taken, whatever the file is called.
  @Test func `Metadata say which file has the names`() throws {
    let metadata = try Recorded.records(
      "metadata.bin", fields: 1,
      test: Checkout.root.appending(path: "Tests/SamplesTests/x").path)[0][0]
    let path = try workspace.edited("digits_with_labels") { model in
      model.metadata.removeAll { $0.name?.description == "TFLITE_METADATA" }
      var entry = Metadata()
      entry.name = Text("TFLITE_METADATA")
      entry.buffer = model.append(.bytes(metadata))
      model.metadata.append(entry)
    }
    let names = try #require(LabelNames(in: ModelFile(openMap(path))))
    #expect(names.source == "notes/about.txt")
    let plain = try #require(LabelNames(in: ModelFile(openMap(path)), output: 0))
    #expect(plain.source == "labels.txt")
  }

  @Test func `Numbers in text are those of the npy file`() throws {
    let expected = try scores()
    let texts = expected.floats.map { "\($0)" }
    let csv = run("--output", "-", "--format", "csv")
    #expect(csv.output == texts.joined(separator: ",") + "\n" && csv.error.isEmpty)
    let text = run("--output", "-")
    #expect(text.output == "output_0  float32 [1, 10]\n\(texts.joined(separator: " "))\n")
    let json = try parsed(run("--output", "-", "--format", "json").output)
    let output = try #require((json["outputs"] as? [[String: Any]])?.first)
    #expect(output["shape"] as? [Int] == [1, 10] && output["type"] as? String == "float32")
    let values = try #require(output["values"] as? [Double])
    #expect(values.map { Float($0) } == expected.floats)
    for (format, ending) in [("json", "json"), ("csv", "csv"), ("text", "txt")] {
      let run = run("--output", workspace.path("files"), "--format", format)
      #expect(run.code == 0 && run.output.isEmpty && run.error.contains("files/0.\(ending)  "))
      #expect(workspace.bytes("files/0.\(ending)") != nil)
    }
    #expect(workspace.bytes("files/0.csv") == Data(csv.output.utf8))
    #expect(workspace.bytes("files/0.txt") == Data(text.output.utf8))
    let file = try parsed(#require(workspace.bytes("files/0.json")))
    #expect(file["values"] as? [Double] == values)
  }

  @Test func `Several outputs, and integers with their scale`() throws {
    let ids = try workspace.write(.ints([0, 1, 2, 3, 4, 5], [6]), to: "ids.npy")
    let two = run(
      "--output", "-", "--format", "csv", model: Fixtures.path("embedding_gather"), input: ids)
    #expect(two.output.split(separator: "\n\n").count == 2, "\(two.output)")
    // The last operator is DEQUANTIZE.
    let quantized = try workspace.edited("digits_cnn_int8") { model in
      let last = model.subgraphs[0].operators.removeLast()
      model.subgraphs[0].outputs = last.inputs
      model.signatures = []
    }
    let json = try parsed(run("--output", "-", "--format", "json", model: quantized).output)
    let output = try #require((json["outputs"] as? [[String: Any]])?.first)
    #expect(output["type"] as? String == "int8" && output["scale"] as? Double == 0.00390625)
    #expect(output["zeroPoint"] as? Int == -128)
  }

  @Test("npy goes to standard output", .enabled(if: Executable.path != nil))
  func standardOutput() throws {
    _ = try scores()
    let output = workspace.folder.appending(path: "stream.npy")
    let run = try Executable.run(
      ["run", model, "--input", seven, "--output", "-", "--format", "npy"],
      in: workspace.folder, output: output)
    #expect(run.code == 0 && run.error.isEmpty)
    #expect(workspace.bytes("stream.npy") == workspace.bytes("npy/0.npy"))
  }

  @Test func `Raw bytes are an input like any other, and how they are taken is said`() throws {
    let array = try ArrayFile(path: seven).array(named: "03_label7")
    let raw = try workspace.write(array.bytes, to: "seven.bin")
    let found = run("--output", workspace.path("raw"), input: raw)
    #expect(found.code == 0)
    #expect(
      found.error.hasPrefix(
        "note: input 'input': bytes are float32 [1, 16, 16, 1], little-endian\n"))
    _ = try scores()
    #expect(workspace.bytes("raw/0.npy") == workspace.bytes("npy/0.npy"))
    let named = run("--output", workspace.path("named"), input: "input=\(raw)")
    #expect(named.code == 0 && workspace.bytes("named/0.npy") == workspace.bytes("raw/0.npy"))
  }
}
