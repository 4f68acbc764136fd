import Foundation
import Platform
import TFLite
import TestSupport
import Testing

/// Models that can be read but not run are refused before anything runs: a kernel would read or
/// write outside. The process itself judges, and the words are for people.
@Suite struct UnrunnableTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func check(_ message: String, _ edit: (inout Model) -> Void) throws {
    let model = try workspace.edited("digits_cnn", edit)
    for arguments in [
      ["bench", model, "--runs", "1"], ["compare", Fixtures.path("digits_cnn"), model],
      [
        "run", model, "--input", Fixtures.samples + "/digits/00_label0.npy", "--output",
        workspace.path("out"),
      ],
    ] {
      let run = Tool.run(arguments)
      #expect(run.code == 2 && run.output.isEmpty, "\(arguments[0])")
      #expect(run.error.contains("error: '\(model)' cannot be run: "), "\(run.error)")
      #expect(run.error.contains(message), "\(run.error)")
      #expect(workspace.names == ["edited.tflite"])
    }
  }

  @Test func `A tensor that nothing makes`() throws {
    try check("CONV_2D (subgraphs[0].operators[0]) reads 'nobody', which has no value") { model in
      var tensor = model.subgraphs[0].tensors[0]
      tensor.name = "nobody"
      let id = model.append(tensor, to: 0)
      model.subgraphs[0].operators[0].inputs?[0] = Int32(id.index)
    }
  }

  @Test func `An operator that reads what it makes`() throws {
    try check("RESHAPE (subgraphs[0].operators[5]) reads '") { model in
      let output = model.subgraphs[0].operators[5].outputs?[0] ?? 0
      model.subgraphs[0].operators[5].inputs?[0] = output
    }
  }

  @Test func `An output that nothing makes`() throws {
    try check("an output is 'nobody', which has no value") { model in
      var tensor = model.subgraphs[0].tensors[0]
      tensor.name = "nobody"
      let id = model.append(tensor, to: 0)
      model.subgraphs[0].outputs = [Int32(id.index)]
      model.signatures = []
    }
  }

  @Test func `An operator that writes to a constant, or to the input`() throws {
    for (operand, message) in [(0, "makes '"), (1, "reads '")] {
      try check("CONV_2D (subgraphs[0].operators[0]) \(message)") { model in
        let target = model.subgraphs[0].operators[0].inputs?[operand] ?? 0
        model.subgraphs[0].operators[0].outputs?[0] = target
      }
    }
  }

  @Test func `A transposed convolution with a stride beyond reason`() throws {
    let model = try workspace.edited("transpose_conv_prelu") { model in
      for index in model.subgraphs[0].operators.indices {
        guard var options = model.subgraphs[0].operators[index].builtinOptions,
          model.kind(of: model.subgraphs[0].operators[index]) == .transposeConv
        else { continue }
        options[TransposeConv.strideH] = 1 << 25
        model.subgraphs[0].operators[index].builtinOptions = options
      }
    }
    let run = Tool.run("bench", model, "--runs", "1")
    #expect(run.code == 2 && run.error.contains("the strides 33554432 and "), "\(run.error)")
  }

  @Test func `Tensors larger than the machine's memory`() throws {
    try check("help: allow more with --max-memory BYTES") { model in
      let input = Int(model.subgraphs[0].inputs?[0] ?? 0)
      model.subgraphs[0].tensors[input].shape = [1 << 30, 16, 16, 1]
    }
  }

  @Test func `A shape beyond any memory, even with a dimension of zero`() throws {
    try check("the shape of a tensor is beyond any memory") { model in
      let input = Int(model.subgraphs[0].inputs?[0] ?? 0)
      model.subgraphs[0].tensors[input].shape = [0] + [Int32](repeating: 1 << 20, count: 5)
    }
  }

  @Test func `Memory is limited on request`() {
    for command in [["bench"], ["compare", Fixtures.path("digits_cnn")]] {
      let run = Tool.run(command + [Fixtures.path("digits_cnn"), "--max-memory", "20k"])
      #expect(run.code == 2 && run.error.contains("more than 20.00 kB"), "\(run.error)")
    }
  }
}
