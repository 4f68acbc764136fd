import Foundation
import TestSupport
import Testing

/// Options take values in every way that people type them, and never another option as a value.
@Suite struct OptionFormTests {
  private let workspace: Workspace
  private let model: String

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("bmm")
  }

  private func names(after arguments: [String]) -> [String] {
    #expect(Tool.run(arguments).code == 0, "\(arguments)")
    return workspace.names.filter { $0 != "model.tflite" }
  }

  @Test("A value stands in each of the usual places", arguments: 0..<5)
  func forms(form: Int) {
    let out = workspace.path("out")
    let given = [
      ["-o", out], ["-o=" + out], ["-o" + out], ["--output", out], ["--output=" + out],
    ][form]
    #expect(names(after: ["quantize", model, "--mode=dynamic"] + given) == ["out"])
  }

  @Test("The folder of 'run' is given in the same ways", arguments: ["-o", "--output"])
  func folder(name: String) throws {
    let input = try workspace.write("x", to: "x.npy")
    for arguments in [[name, input], ["\(name)=\(input)"]] {
      let run = Tool.run(["run", model] + arguments)
      #expect(run.code == 64 && run.error.contains("'\(input)' is a file, not a folder"))
    }
  }

  @Test(
    "An option is no value of another one",
    arguments: [
      "-o --dry-run", "-o=--dry-run", "--output --force", "--output=--force", "-o -q",
      "--html --json", "--threads --quiet", "--max-size --dry-run", "--skip --verbose",
      "--save-plan --force", "--rep-data --labels", "-o", "-o=", "--html", "--threads=",
    ])
  func options(text: String) {
    let given = text.split(separator: " ").map(String.init)
    let run = Tool.run(["quantize", model, "--mode", "dynamic"] + given)
    let name = given[0].prefix { $0 != "=" }
    #expect(run.code == 64)
    #expect(run.error.hasPrefix("error: option '\(name)' needs a value: "), "\(run.error)")
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `Negative numbers and a single dash are values`() throws {
    let base = ["compare", Fixtures.path("bmm"), model]
    for gate in [["--min-sqnr", "-1.5"], ["--min-sqnr=-1.5"], ["--min-sqnr", "-.5"]] {
      #expect(Tool.run(base + gate).code == 0, "\(gate)")
    }
    let mean = Tool.run(base + ["--rep-data", "none", "--mean", "-1,-2"])
    #expect(mean.code == 2 && mean.error.contains("'none'"))
  }

  @Test func `Short options can stand together`() {
    let out = workspace.path("out")
    let run = Tool.run("quantize", model, "--mode", "dynamic", "-vqo", out)
    #expect(run.code == 0 && run.error.isEmpty && workspace.names == ["model.tflite", "out"])
    #expect(Tool.run("inspect", "-V").code == 64)
    #expect(Tool.run("-V").output == Tool.run("--version").output)
  }

  @Test(
    "A long option with one dash is a slip, not a short one with a value",
    arguments: ["-output", "-only", "-quiet", "-verbose", "-json", "-mode", "-output=x"])
  func slips(name: String) {
    let run = Tool.run("quantize", model, name, "x", "--mode", "dynamic")
    let meant = name.prefix { $0 != "=" }
    #expect(run.code == 64)
    #expect(run.error == "error: unknown option '\(meant)'; did you mean '-\(meant)'?\n")
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `Other digits are no typing error`() {
    for mode in ["int4", "float32", "int2"] {
      let run = Tool.run("quantize", model, "--mode", mode)
      #expect(run.code == 64 && !run.error.contains("did you mean"), "\(mode)")
    }
    let run = Tool.run("quantize", model, "--mode", "itn8")
    #expect(run.error.contains("did you mean 'int8'?"))
  }
}
