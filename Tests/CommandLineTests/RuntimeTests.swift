import OpSet
import Platform
import TFLite
import TestSupport
import Testing

/// Results for an older runtime. `Tools/old_runtime.py` has an old runtime judge.
@Suite struct RuntimeTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace() }

  private func quantize(_ model: String, _ arguments: [String]) -> CapturedRun {
    Tool.run(
      ["quantize", model, "-o", workspace.path("out.tflite"), "--force"] + arguments)
  }

  private func least(_ path: String) throws -> RuntimeVersion? {
    try ModelFile(MappedFile(path: path)).model.leastRuntime
  }

  @Test(arguments: ["1.13.1", "1.14", "2.0", "2.2", "2.3", "2.6", "2.14"])
  func `No result needs more than the runtime that was asked for`(_ version: String) throws {
    let limit = try #require(RuntimeVersion(version) ?? RuntimeVersion(version + ".0"))
    var results = 0
    for name in Fixtures.names {
      let model = try workspace.copy(name, as: "\(name).tflite")
      guard let least = try? least(model), least <= limit else { continue }
      for mode in [["dynamic"], ["dynamic", "--weights-only"], ["float16"]] {
        let run = quantize(model, ["--mode"] + mode + ["--runtime", version, "-q"])
        #expect(run.code == 0 || run.code == 3, "\(name) \(mode): \(run.error)")
        guard run.code == 0 else { continue }
        results += 1
        #expect(try self.least(workspace.path("out.tflite")) ?? limit <= limit, "\(name) \(mode)")
      }
    }
    #expect(results > (limit < RuntimeVersion(1, 14, 0) ? -1 : 20))
  }

  @Test func `The report says what an older runtime costs`() throws {
    let model = try workspace.copy("digits_cnn")
    func text(_ version: String) -> String {
      let run = quantize(model, ["--mode", "dynamic", "--runtime", version])
      #expect(run.code == 0, "\(run.error)")
      return run.error
    }
    #expect(text("2.17").contains("for 2.17.0: costs nothing\n"))
    #expect(
      text("2.14").contains(
        "for 2.14.0: 1 weight has one scale instead of one for each channel\n"))
    #expect(text("2.14").contains("gate         max-runtime 2.14.0: 2.4.0 passed"))
  }

  @Test func `Operators without a kernel in the runtime stay float`() throws {
    let model = try workspace.copy("digits_cnn")
    func run(_ version: String) -> CapturedRun {
      quantize(
        model,
        [
          "--mode", "int16x8", "--rep-data", Fixtures.samples + "/digits.npz:x", "--effort", "0",
          "--runtime", version, "-v",
        ])
    }
    let older = run("2.2")
    #expect(older.error.contains("CONV_2D would need runtime 2.3.0"), "\(older.error)")
    #expect(older.error.contains("8 operators stay float"), "\(older.error)")
    #expect(older.error.contains("max-runtime 2.2.0: 1.14.0 passed"), "\(older.error)")
    #expect(run("2.3").code == 0, "\(run("2.3").error)")
  }

  @Test func `A failed gate names the option that chooses older forms`() throws {
    let model = try workspace.copy("digits_cnn")
    let run = quantize(model, ["--mode", "dynamic", "--max-runtime", "2.14"])
    #expect(run.code == 1)
    #expect(
      run.error.contains("help: --runtime 2.14 uses only what that release has\n"), "\(run.error)")
  }
}
