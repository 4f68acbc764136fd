import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// LiteRT judges the outputs, through the vectors that were recorded for `InterpreterTests`. Inputs
/// are `FILE` or `NAME=FILE`; outputs go to a folder, or to one npz.
@Suite struct RunTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  /// A recorded case: its model as a file, its inputs as npy files, and what LiteRT computed.
  private func recorded(
    _ kind: String, _ title: String
  ) throws -> (model: String, inputs: [String], outputs: [DenseArray]) {
    let vectors = Checkout.root
      .appending(path: "Tests/InterpreterTests/Vectors/\(kind).npz").path
    let file = try ArrayFile(path: vectors)
    func arrays(_ prefix: String) throws -> [DenseArray] {
      try (0..<8).map { "\(title)/\(prefix)\($0)" }.filter(file.names.contains)
        .map { try file.array(named: $0) }
    }
    let model = workspace.folder.appending(path: "model.tflite")
    try Data(file.array(named: "\(title)/model").bytes).write(to: model)
    let inputs = try arrays("in").enumerated().map {
      try workspace.write($1, to: "in\($0).npy")
    }
    return (model.path, inputs, try arrays("out"))
  }

  private func check(_ outputs: [DenseArray], in folder: String) throws {
    #expect(!outputs.isEmpty)
    for (index, expected) in outputs.enumerated() {
      let found = try workspace.array("\(folder)/\(index).npy")
      #expect(found.isClose(to: expected, tolerance: 1e-5), "output \(index)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: workspace.path(folder))
    #expect(names.sorted() == outputs.indices.map { "\($0).npy" })
  }

  @Test(
    "Outputs are what LiteRT computes, one npy each in output order",
    arguments: [
      ("CONV_2D", "3x3-same"), ("SPLIT", "last"), ("CONCATENATION", "channels"),
      ("CAST", "float32-to-int64"), ("ADD", "scalar-second"), ("IF", "add-or-multiply"),
      ("TOPK_V2", "rank-2"), ("UNIQUE", "float32"),
    ])
  func recordedCase(kind: String, title: String) throws {
    guard let entry = try? recorded(kind, title) else {
      Issue.record("no case \(title) of \(kind)")
      return
    }
    let run = Tool.run(
      ["run", entry.model, "--output", workspace.path("out")]
        + entry.inputs.flatMap { ["--input", $0] })
    #expect(run.code == 0 && run.output.isEmpty, "\(run.error)")
    try check(entry.outputs, in: "out")
    // A line for each output.
    #expect(run.error.split(separator: "\n").count == entry.outputs.count)
    #expect(run.error.contains(workspace.path("out/0.npy")))
  }

  @Test func `Inputs are found by name in any order, also within one npz`() throws {
    let model = Fixtures.path("two_signatures")
    let left = try workspace.write(.ramp([1, 48]), to: "l.npy")
    let right = try workspace.write(
      .floats((0..<48).map { Float($0 % 5) / 8 }, [1, 48]), to: "r.npy")
    func likeness(_ name: String, _ inputs: String...) throws -> Float {
      let run = Tool.run(
        ["run", model, "--output", workspace.path(name)] + inputs.flatMap { ["--input", $0] })
      #expect(run.code == 0, "\(run.error)")
      return try workspace.array("\(name)/0.npy").floats[0]
    }
    let expected = try likeness("order", left, right)
    #expect(try likeness("named", "right=\(right)", "left=\(left)") == expected)
    #expect(try likeness("mixed", right, "left=\(left)") == expected)
    #expect(try likeness("tensors", "compare_right:0=\(right)", left) == expected)
    let both = try workspace.write(
      ["right": .floats((0..<48).map { Float($0 % 5) / 8 }, [48]), "left": .ramp([48])],
      to: "both.npz")
    #expect(try likeness("npz", both) == expected)
    #expect(try likeness("picked", "left=\(both):left", "right=\(both):right") == expected)
    #expect(try likeness("half", "\(both):left", "\(both):right") == expected)
  }

  @Test func `A signature is picked by its key`() throws {
    let item = try workspace.write(.ramp([1, 48]), to: "item.npy")
    let run = Tool.run(
      "run", Fixtures.path("two_signatures"), "--signature", "encode", "--input",
      "item=\(item)", "--output", workspace.path("out"))
    #expect(run.code == 0 && run.error.contains("0.npy  code  float32 [1, 64]"))
    #expect(try workspace.array("out/0.npy").shape == [1, 64])
  }

  @Test func `Arrays are cast where that loses nothing, and a leading 1 may be missing`() throws {
    let model = Fixtures.path("embedding_gather")
    let ids = [Int32](0..<6)
    let plain = try workspace.write(.ints(ids, [6]), to: "int32.npy")
    let others = [
      try workspace.write(.longs(ids.map(Int64.init), [6]), to: "int64.npy"),
      try workspace.write(.doubles(ids.map(Double.init), [1, 6]), to: "float64.npy"),
    ]
    #expect(Tool.run("run", model, "--input", plain, "--output", workspace.path("a")).code == 0)
    for other in others {
      let run = Tool.run(
        "run", model, "--input", other, "--output", workspace.path("b"), "--force")
      #expect(run.code == 0, "\(run.error)")
      for name in ["0.npy", "1.npy"] {
        #expect(workspace.bytes("a/\(name)") == workspace.bytes("b/\(name)"))
      }
    }
  }

  @Test func `An existing output is kept without --force, and the folder is made`() throws {
    let input = Fixtures.samples + "/digits/00_label0.npy"
    let arguments = [
      "run", Fixtures.path("digits_cnn"), "--input", input, "--output", workspace.path("out"),
    ]
    #expect(Tool.run(arguments).code == 0)
    let scores = try workspace.array("out/0.npy").floats
    // The file's name tells the digit.
    #expect(scores.firstIndex(of: scores.max() ?? 0) == 0)
    _ = try workspace.write("precious", to: "out/0.npy")
    let refused = Tool.run(arguments)
    #expect(refused.code == 64 && refused.error.contains("0.npy' exists already"))
    #expect(workspace.bytes("out/0.npy") == Data("precious".utf8))
    #expect(Tool.run(arguments + ["--force", "--quiet"]).error.isEmpty)
    #expect(try workspace.array("out/0.npy").floats == scores)
  }

  @Test func `Any number of threads computes the same bits`() throws {
    let input = Fixtures.samples + "/digits/03_label7.npy"
    let results = try ["1", "2", "3"].map { threads in
      let run = Tool.run(
        "run", Fixtures.path("digits_cnn_dynamic"), "--input", input, "--output",
        workspace.path(threads), "--threads", threads)
      #expect(run.code == 0)
      return try workspace.array("\(threads)/0.npy")
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test("A model comes from standard input", .enabled(if: Executable.path != nil))
  func standardInput() throws {
    let run = try Executable.run(
      ["run", "-", "--input", Fixtures.samples + "/digits/00_label0.npy", "--output", "out"],
      in: workspace.folder, input: Fixtures.path("digits_cnn"),
      output: workspace.folder.appending(path: "words"))
    #expect(run.code == 0 && run.error == "out/0.npy  output_0  float32 [1, 10]\n")
  }
}
