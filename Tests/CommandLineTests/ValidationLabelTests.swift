import TestSupport
import Testing

/// Classes of samples that judge training: those of other samples, in their order, are none.
@Suite struct ValidationLabelTests {
  private let model = Fixtures.path("digits_cnn")
  private let samples = Fixtures.samples + "/digits.npz:x"
  private let labels = Fixtures.samples + "/digits.npz:y"

  private func run(_ more: [String]) throws -> (code: Int32, error: String) {
    let workspace = try Workspace()
    let run = Tool.run(
      [
        "finetune", model, "--rep-data", samples, "--steps", "4", "-o", workspace.path("o.tflite"),
        "--allow-unchanged",
      ] + more)
    return (run.code, run.error)
  }

  @Test func `Labels in the order of other samples are refused, although the counts agree`() throws
  {
    let wrong = try run(["--labels", labels, "--validation", samples])
    #expect(wrong.code == 64)
    #expect(
      wrong.error.contains("do not say the classes of --validation")
        && wrong.error.contains("--validation-labels"), "\(wrong.error)")
    let own = ["--validation", samples, "--validation-labels", labels]
    #expect(try run(["--labels", labels] + own).code == 0)
    let bare = try run(own)
    #expect(bare.code == 64 && bare.error.contains("--labels"), "\(bare.error)")
    #expect(try run(["--labels", labels, "--validation-labels", labels]).code == 64)
  }
}
