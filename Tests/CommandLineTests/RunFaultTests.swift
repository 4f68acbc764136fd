import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// What is typed wrong is exit code 64, what files hold is 2, what cannot be written 4; nothing is
/// written in any case.
@Suite struct RunFaultTests {
  private let workspace: Workspace
  private let digit = Fixtures.samples + "/digits/00_label0.npy"

  init() throws { workspace = try Workspace() }

  private func run(_ model: String, _ inputs: String..., more: [String] = []) -> CapturedRun {
    Tool.run(
      ["run", Fixtures.path(model), "--output", workspace.path("out")]
        + inputs.flatMap { ["--input", $0] } + more)
  }

  @Test func `Inputs without a file are named, all at once`() {
    let both = run("two_signatures")
    #expect(both.code == 64)
    #expect(both.error.contains("error: inputs 'left', 'right' have no files"))
    #expect(both.error.contains("note: inputs: 'left' float32 [1, 48], 'right' float32 [1, 48]"))
    let one = run("two_signatures", "right=\(digit)")
    #expect(one.code == 64 && one.error.contains("error: input 'left' has no file"))
    let unnamed = run("old_opcodes")
    #expect(unnamed.code == 64 && unnamed.error.contains("help: such as --input input.npy"))
    #expect(workspace.names.isEmpty)
  }

  @Test func `Names that the model has not, and files too many, are refused`() throws {
    let unknown = run("digits_cnn", "image=\(digit)")
    #expect(unknown.code == 64 && unknown.error.contains("the model has no input 'image'"))
    #expect(unknown.error.contains("inputs: 'input' float32 [1, 16, 16, 1]"))
    let twice = run("digits_cnn", "input=\(digit)", "input=\(digit)")
    #expect(twice.code == 64 && twice.error.contains("input 'input' is given twice"))
    let more = run("digits_cnn", digit, digit)
    #expect(more.code == 64 && more.error.contains("one array too many: the model has 1 input\n"))
    let archive = run("digits_cnn", "input=\(Fixtures.samples)/digits.npz")
    #expect(archive.code == 64 && archive.error.contains("digits.npz' has 2 arrays"))
    #expect(archive.error.contains("digits.npz:x"))
    #expect(workspace.names.isEmpty)
  }

  @Test func `Arrays that do not fit are told with input, file, expected and found`() throws {
    let wrong: [(array: DenseArray, message: String)] = [
      (.ramp([1, 8, 8, 1]), "takes float32 [1, 16, 16, 1], but"),
      (.ramp([1, 8, 8, 1]), "has shape [1, 8, 8, 1]"),
      (.ramp([3, 16, 16, 1]), "it looks like a batch of 3 samples; 'run' takes one sample"),
      (
        .floats([Float](repeating: .nan, count: 256), [1, 16, 16, 1]), "NaN or infinity at element"
      ),
      (
        DenseArray(.string, shape: [1], bytes: [1, 0, 0, 0, 12, 0, 0, 0, 13, 0, 0, 0, 65]),
        "takes float32"
      ),
    ]
    for (array, message) in wrong {
      let file = try workspace.write(array, to: "wrong.npy")
      let run = run("digits_cnn", file)
      #expect(run.code == 2, "\(message)")
      #expect(run.error.contains("'input'") && run.error.contains("'\(file)'"), "\(run.error)")
      #expect(run.error.contains(message), "\(run.error)")
      #expect(workspace.names == ["wrong.npy"])
    }
    let file = try workspace.write(.longs([1 << 40, 0, 0, 0, 0, 0], [6]), to: "wrong.npy")
    let lossy = run("embedding_gather", file)
    #expect(lossy.code == 2)
    #expect(lossy.error.contains("cannot hold 1099511627776, which is element 0 of"))
  }

  @Test func `Files that are no arrays are refused`() throws {
    let text = try workspace.write("no array", to: "text.npy")
    for (path, message) in [
      (workspace.path("missing.npy"), "cannot be read: no such file or directory"),
      (workspace.folder.path, "cannot be read: is a directory"),
      (text, "is not an npy array"),
      (Fixtures.path("bmm"), "takes float32 [1, 16, 16, 1], 1024 bytes, but"),
      (Fixtures.samples + "/digits.npz:z", "has no array 'z'"),
    ] {
      let run = run("digits_cnn", path)
      #expect(run.code == 2 && run.error.contains(message), "\(run.error)")
    }
    #expect(workspace.names == ["text.npy"])
  }

  @Test func `Forms that do not fit together are refused before the model runs`() throws {
    let names = try workspace.write("a\nb\n", to: "names.txt")
    func run(_ more: String...) -> CapturedRun {
      Tool.run(["run", Fixtures.path("digits_cnn"), "--input", digit] + more)
    }
    for (found, message) in [
      (run(), "no folder for the outputs given"),
      (run("--output", "-", "--format", "xml"), "'xml' is not a form of outputs"),
      (run("--output", "-", "--labels", names), "--labels needs --top"),
      (run("--top", "5", "--format", "npy"), "'npy' is no form of both outputs and classes"),
      (run("--top", "5", "--output", "-", "--format", "csv"), "'csv' is no form of both"),
      (run("--top", "0"), "'0' is not a number from 1 to 1000000 for --top"),
    ] {
      #expect(found.code == 64 && found.error.contains(message), "\(found.error)")
      #expect(found.output.isEmpty)
    }
    let few = run("--top", "5", "--labels", names)
    #expect(few.code == 2 && few.error.contains("has 2 class names, but the model has 10 classes"))
    let blind = Tool.run(
      "run", Fixtures.path("embedding_gather"), "--top", "3", "--input",
      try workspace.write(.ints([0, 1, 2, 3, 4, 5], [6]), to: "ids.npy"))
    #expect(blind.code == 2 && blind.error.contains("no output with a value for each class"))
  }

  @Test func `Every operator without a kernel is named with its place`() throws {
    let model = try workspace.unknownOperators()
    for arguments in [
      ["run", model, "--input", digit, "--output", workspace.path("out")], ["bench", model],
      ["compare", model, Fixtures.path("digits_cnn")],
      ["compare", Fixtures.path("digits_cnn"), model],
    ] {
      let run = Tool.run(arguments)
      #expect(run.code == 2 && run.output.isEmpty)
      #expect(
        run.error == """
          error: '\(model)' cannot be run: there is no kernel for ShinyLayer
          note: ShinyLayer at subgraphs[0].operators[6]
          note: ShinyLayer at subgraphs[0].operators[7]

          """)
    }
    #expect(workspace.names == ["edited.tflite"])
  }

  @Test func `Outputs never replace an input and never lie half written`() throws {
    let model = try workspace.copy("digits_cnn")
    try workspace.makeFolder("out")
    try FileManager.default.copyItem(atPath: digit, toPath: workspace.path("out/0.npy"))
    let before = workspace.bytes("out/0.npy")
    let replaced = Tool.run(
      "run", model, "--input", workspace.path("out/0.npy"), "--output", workspace.path("out"),
      "--force")
    #expect(replaced.code == 64 && replaced.error.contains("would replace an input"))
    #expect(workspace.bytes("out/0.npy") == before)
    // The second of two outputs cannot be written, so the first is not either.
    try workspace.makeFolder("two/1.npy")
    let ids = try workspace.write(.ints([0, 1, 2, 3, 4, 5], [6]), to: "ids.npy")
    let blocked = Tool.run(
      "run", Fixtures.path("embedding_gather"), "--input", ids, "--output",
      workspace.path("two"), "--force")
    #expect(blocked.code == 64 && blocked.error.contains("1.npy' is a folder"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: workspace.path("two")) == ["1.npy"])
  }

  @Test func `A folder that cannot be made is an output error`() throws {
    let file = try workspace.write("text", to: "file")
    let taken = Tool.run(
      "run", Fixtures.path("digits_cnn"), "--input", digit, "--output", file)
    #expect(taken.code == 64 && taken.error.contains("is a file, not a folder"))
    let deep = Tool.run(
      "run", Fixtures.path("digits_cnn"), "--input", digit, "--output",
      workspace.path("no/such/folder"))
    #expect(deep.code == 4 && deep.error.contains("cannot be written: no such file or directory"))
    #expect(workspace.names == ["file"])
  }

  @Test func `A full disk leaves no outputs`() throws {
    guard let disk = TinyDisk() else { return }
    let wide = try workspace.edited("embedding_gather") { _ in }
    try FileManager.default.createDirectory(
      atPath: disk.path + "/out", withIntermediateDirectories: false)
    try Data(count: 60_000).write(to: URL(fileURLWithPath: disk.path + "/filler"))
    let ids = try workspace.write(.ints([0, 1, 2, 3, 4, 5], [6]), to: "ids.npy")
    let run = Tool.run("run", wide, "--input", ids, "--output", disk.path + "/out")
    #expect(run.code == 4 && run.error.contains("no space left on device"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path + "/out").isEmpty)
  }
}
