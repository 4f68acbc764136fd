import TestSupport
import Testing

/// Options of the integer modes: the others refuse them, and so are values that they do not have.
@Suite struct IntegerUsageTests {
  static let digits = Fixtures.samples + "/digits"
  static let options = [
    ["--range", "mse"], ["--io", "int8"], ["--io", "x=int8"], ["--strict"],
    ["--per-tensor"], ["--per-tensor", "op:CONV_2D"], ["--no-bias-correction"],
    ["--calibration", "statistics.json"],
  ]

  @Test("Other modes refuse an option of the integer modes", arguments: options)
  func belongs(option: [String]) {
    for mode in ["dynamic", "float16"] {
      let run = Tool.run(
        ["quantize", Fixtures.path("bmm"), "--mode", mode, "--dry-run"] + option)
      #expect(run.code == 64 && run.output.isEmpty, "\(mode)")
      #expect(run.error.hasPrefix("error: "), "\(mode)")
      #expect(run.error.contains("to modes 'int8' and 'int16x8'"), "\(run.error)")
    }
  }

  @Test(
    "A step of a pipeline refuses them too",
    arguments: [
      "range=mse", "io=int8", "strict", "per-tensor", "bias-correction=false",
    ])
  func steps(option: String) {
    let run = Tool.run(
      "pipeline", Fixtures.path("bmm"), "quantize:mode=dynamic,\(option)", "--dry-run")
    #expect(run.code == 64 && run.error.contains("to modes 'int8' and 'int16x8'"), "\(run.error)")
  }

  @Test func `Effort belongs to all modes that search`() {
    for (mode, code) in [("dynamic", 0), ("float16", 64)] {
      let run = Tool.run(
        "quantize", Fixtures.path("bmm"), "--mode", mode, "--dry-run", "--effort", "1")
      #expect(run.code == Int32(code), "\(mode): \(run.error)")
    }
  }

  @Test(
    "Values that there are not are refused",
    arguments: [
      ["--range", "best"], ["--range", "percentile:40"], ["--range", "percentile:101"],
      ["--range", "mse:1"], ["--effort", "4"], ["--effort", "-1"], ["--effort", "much"],
      ["--io", "int4"], ["--io", "x="], ["--io", ""],
    ])
  func values(option: [String]) {
    let run = Tool.run(
      ["quantize", Fixtures.path("digits_cnn"), "--mode", "int8", "--dry-run", "--rep-data"]
        + [Self.digits] + option)
    #expect(run.code == 64 && run.error.hasPrefix("error: "), "\(run.error)")
  }

  @Test func `Only float32 and int16 are types of inputs and outputs in int16x8`() {
    for (type, code) in [("int8", 64), ("uint8", 64), ("int16", 0), ("float32", 0)] {
      let run = Tool.run(
        "quantize", Fixtures.path("digits_cnn"), "--mode", "int16x8", "--dry-run",
        "--rep-data", Self.digits, "--io", type)
      #expect(run.code == Int32(code), "\(type): \(run.error)")
    }
  }

  @Test func `One scale a tensor is for all weights or for those of a pattern`() throws {
    func run(_ option: [String]) -> CapturedRun {
      Tool.run(
        ["quantize"] + option + [
          Fixtures.path("digits_cnn"), "--mode", "int8", "--effort", "0", "--dry-run", "--json",
          "--quiet", "--rep-data", Self.digits,
        ])
    }
    for (option, value) in [
      (["--per-tensor"], "true"), (["--per-tensor", "op:CONV_2D"], "op:CONV_2D"),
      (["--per-tensor=*conv*"], "*conv*"),
    ] {
      let run = run(option)
      #expect(run.code == 0, "\(run.error)")
      #expect(
        run.output.contains("\"per-tensor\": ") && run.output.contains(value), "\(run.output)")
    }
    let none = run(["--per-tensor", "op:CONV_9D"])
    #expect(none.code == 64 && none.error.contains("'op:CONV_9D' matches no tensor"))
  }

  @Test("Both modes need samples", arguments: ["int8", "int16x8"])
  func samples(mode: String) {
    let run = Tool.run("quantize", Fixtures.path("bmm"), "--mode", mode, "--dry-run")
    #expect(run.code == 64)
    #expect(run.error.contains("\(mode) quantization needs representative data"))
    #expect(run.error.contains("--rep-data DIR"))
  }
}
