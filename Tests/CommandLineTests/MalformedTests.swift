import Foundation
import TestSupport
import Testing

/// `Fixtures/Malformed/README.md` judges the exit codes, as sorted here by what is wrong with a file;
/// snapshots, read by people, judge the messages.
@Suite struct MalformedTests {
  static let folder = URL(fileURLWithPath: Fixtures.malformed)
  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0 != "README.md" }.sorted()

  /// Readable files that no pass may work on: shapes, data, order or parameters contradict each other.
  static let unfit: Set = [
    "data_too_small.tflite", "shape_overflow.tflite", "negative_dimension.tflite",
    "operator_order.tflite", "scale_count.tflite", "quantized_dimension.tflite",
    "zero_point_count.tflite", "sparse_segments_order.tflite", "sparse_segments_end.tflite",
    "sparse_segments_count.tflite", "sparse_index.tflite", "sparse_no_indices.tflite",
    "sparse_dense_size.tflite", "sparse_traversal.tflite", "sparse_block_map.tflite",
    "sparse_data.tflite", "sparse_huge.tflite", "block_size.tflite", "block_count.tflite",
  ]

  /// Files whose fault is harmless to reading: options of another table, a tail that is no ZIP,
  /// names of what is not there.
  /// They are too small to gain anything.
  static let harmless: Set = [
    "union_mismatch.tflite", "zip_offset.tflite", "zip_entry_offset.tflite",
    "zip_truncated.tflite", "signature_tensor.tflite", "signature_subgraph.tflite",
    "metadata_buffer.tflite",
  ]

  /// Containers whose sections can be listed.
  static let listable: Set = ["task_no_model.task"]

  static let commands = ["inspect", "report", "rewrite", "quantize", "compare", "run", "bench"]

  private func expected(_ name: String, _ command: String) -> Int32 {
    if Self.listable.contains(name), command == "inspect" { return 0 }
    if ["compare", "run", "bench"].contains(command) {
      guard Self.harmless.contains(name) else { return 2 }
      // Its input has no file.
      return command == "run" ? 64 : 0
    }
    if Self.unfit.contains(name) { return command == "quantize" ? 2 : 0 }
    if Self.harmless.contains(name) { return command == "quantize" ? 3 : 0 }
    return 2
  }

  private func arguments(_ command: String, _ path: String, _ output: String) -> [String] {
    switch command {
    case "rewrite": ["pipeline", path, "rewrite", "-o", output, "--quiet"]
    case "compare": ["compare", path, path, "--quiet"]
    case "run": ["run", path, "--output", output]
    case "bench": ["bench", path, "--runs", "1"]
    case "quantize": ["quantize", path, "--mode", "dynamic", "-o", output, "--quiet"]
    default: [command, path]
    }
  }

  @Test(
    "Every malformed file is refused or handled, and leaves nothing behind", arguments: commands)
  func handled(command: String) throws {
    var texts: [String] = []
    #expect(Self.names.count > 60)
    for name in Self.names {
      let workspace = try Workspace()
      let path = Self.folder.appending(path: name).path
      let run = Tool.run(arguments(command, path, workspace.path("out.tflite")))
      #expect(run.code == expected(name, command), "\(name): \(run.error)")
      let writes = command == "rewrite" && run.code == 0
      #expect(workspace.names == (writes ? ["out.tflite"] : []), "\(name)")
      // In a container the name of a section follows.
      #expect((run.code == 2) == run.error.contains("error: '\(path)") || run.code == 3, "\(name)")
      if run.code == 2 { #expect(run.output.isEmpty, "\(name)") }
      texts.append("\(name): exit \(run.code)\n\(workspace.neutral(run.error))")
    }
    guard command == "inspect" else { return }
    #expect(Snapshot.difference(texts.joined(), from: "malformed-inspect") == nil)
  }

  @Test func `What cannot be read is refused in the same words by every command`() throws {
    let workspace = try Workspace()
    for name in Self.names where expected(name, "inspect") == 2 {
      let path = Self.folder.appending(path: name).path
      let errors = Self.commands.map {
        Tool.run(arguments($0, path, workspace.path("out.tflite"))).error
      }
      #expect(Set(errors).count == 1, "\(name)")
    }
  }

  @Test func `A rewrite of a harmless file is a model again`() throws {
    for name in Self.harmless.union(Self.unfit).sorted() {
      let workspace = try Workspace()
      let path = Self.folder.appending(path: name).path
      #expect(Tool.run("pipeline", path, "rewrite", "-o", workspace.path("out.tflite")).code == 0)
      #expect(Tool.run("inspect", workspace.path("out.tflite")).code == 0, "\(name)")
    }
  }

  @Test func `Unknown fields are dropped only on request, and named`() throws {
    let workspace = try Workspace()
    let path = Self.folder.appending(path: "unknown_field.tflite").path
    let run = Tool.run(
      "pipeline", path, "rewrite", "--drop-unknown", "-o", workspace.path("out.tflite"))
    #expect(run.code == 0)
    #expect(run.error.contains("warning: dropped unknown field subgraphs[0].tensors[0] (field 15)"))
    #expect(Tool.run("inspect", workspace.path("out.tflite")).code == 0)
  }

  @Test func `Memory that tables may take is limited on request`() {
    let run = Tool.run("inspect", Fixtures.path("digits_cnn"), "--max-memory", "1k")
    #expect(run.code == 2)
    #expect(run.error.contains("its tables take more than 1000 bytes of memory"))
    #expect(run.error.contains("help: allow more with --max-memory BYTES"))
  }
}
