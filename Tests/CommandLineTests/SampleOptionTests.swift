import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// Samples of several places, bad ones among them, and what is said of how they were read. `SamplesTests`
/// judges the values.
@Suite struct SampleOptionTests {
  private let workspace: Workspace
  private let model = Fixtures.path("digits_cnn")
  private let dynamic = Fixtures.path("digits_cnn_dynamic")

  init() throws { workspace = try Workspace() }

  /// Copies some of the fixtures' digits to a folder.
  private func digits(_ folder: String, _ range: Range<Int>) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: Fixtures.samples + "/digits")
      .sorted()
    for name in names[range] {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(Fixtures.samples)/digits/\(name)"))
      try workspace.write([UInt8](bytes), to: "\(folder)/\(name)")
    }
    return workspace.path(folder)
  }

  private func quality(_ json: String) throws -> [String: Any] {
    try #require(parsed(json)["quality"] as? [String: Any])
  }

  @Test func `Bad samples are all named, or left out and counted`() throws {
    let folder = try digits("s", 0..<4)
    try workspace.write([1, 2], to: "s/05.webp")
    let foreign = Tool.run("compare", model, dynamic, "--rep-data", folder)
    #expect(foreign.code == 2)
    #expect(
      workspace.neutral(foreign.error) == """
        error: '<folder>/s/05.webp' is a WebP image, which is not read
        note: supported are PNG, JPEG, BMP and PPM images, WAV sound, and npy, npz and CSV arrays
        help: ffmpeg -i <folder>/s/05.webp <folder>/s/05.png, or --skip-bad to leave such samples out

        """)
    try workspace.write([1, 2], to: "s/00_broken.png")
    try workspace.write(.ramp([3]), to: "s/short.npy")
    let all = Tool.run("compare", model, dynamic, "--rep-data", folder)
    try FileManager.default.removeItem(atPath: workspace.path("s/05.webp"))
    let others = Tool.run("compare", model, dynamic, "--rep-data", folder)
    for (run, count) in [(all, "3 of 7"), (others, "2 of 6")] {
      #expect(run.code == 2 && run.error.hasPrefix("error: \(count) samples of "), "\(run.error)")
      #expect(run.error.contains("note: '\(folder)/00_broken.png' is not a PNG, JPEG, BMP or PPM"))
      #expect(run.error.contains("note: input 'input' takes float32 [1, 16, 16, 1], but"))
    }
    #expect(all.error.contains("note: '\(folder)/05.webp' is a WebP image"))
    #expect(others.error.hasSuffix("help: --skip-bad leaves such samples out\n"))
    try workspace.write([1, 2], to: "s/05.webp")
    let run = Tool.run("compare", model, dynamic, "--rep-data", folder, "--skip-bad", "--json")
    #expect(run.code == 0, "\(run.error)")
    #expect(
      run.error.contains("warning: 3 of 7 samples were left out, since they cannot be used\n"))
    #expect(run.error.contains("warning: left out: '\(folder)/05.webp' is a WebP image"))
    let found = try quality(run.output)
    #expect(found["samples"] as? Int == 4)
    let skipped = try #require(found["skipped"] as? [[String: String]])
    #expect(skipped.map { $0["sample"] } == ["00_broken.png", "05.webp", "short.npy"])
    #expect(skipped[2]["reason"]?.contains("has shape [3]") == true)
    let output = workspace.path("o.tflite")
    let quantized = Tool.run(
      "quantize", model, "--mode", "int8", "--rep-data", folder, "--skip-bad", "-o", output)
    #expect(quantized.code == 0 && quantized.error.contains("3 of 7 samples were left out"))
  }

  @Test func `Samples of several places add up`() throws {
    let (first, second) = (try digits("a", 0..<3), try digits("b", 3..<8))
    let archive = Fixtures.samples + "/digits.npz:x"
    func count(_ paths: String...) throws -> Int? {
      let run = Tool.run(
        ["compare", model, dynamic, "--json"] + paths.flatMap { ["--rep-data", $0] })
      #expect(run.code == 0, "\(run.error)")
      return try quality(run.output)["samples"] as? Int
    }
    #expect(try count(first, second) == 8)
    #expect(try count(first, archive, second) == 108)
    // The same samples give the same bytes wherever they lie.
    func quantized(_ arguments: [String], _ name: String) throws -> Data {
      let run = Tool.run(
        ["quantize", model, "--mode", "int8", "-o", workspace.path(name)] + arguments)
      #expect(run.code == 0, "\(run.error)")
      return try #require(workspace.bytes(name))
    }
    let whole = try digits("c", 0..<8)
    let one = try quantized(["--rep-data", whole], "one.tflite")
    #expect(try quantized(["--rep-data", second, "--rep-data", first], "two.tflite") == one)
    let statistics = workspace.path("stats.json")
    #expect(
      Tool.run(
        "calibrate", model, "--rep-data", first, "--rep-data", second, "-o", statistics
      ).error.contains("on 8 samples"))
    let labels = try workspace.write(
      FileManager.default.contentsOfDirectory(atPath: whole)
        .map { "\($0),\($0.split(separator: "label")[1].prefix(1))\n" }.joined(), to: "l.csv")
    let evaluated = Tool.run(
      "evaluate", model, "--rep-data", second, "--rep-data", first, "--labels", labels)
    #expect(evaluated.output.contains("(8 of 8; "), "\(evaluated.output)\(evaluated.error)")
    let mixed = Tool.run(
      "compare", model, dynamic, "--rep-data", first, "--rep-data", "k=\(second)")
    #expect(mixed.code == 64 && mixed.error.contains("some --rep-data name a signature"))
  }

  @Test func `What was done to files is in the report`() throws {
    try workspace.write(
      DenseArray(.uint8, shape: [16, 16, 1], bytes: [UInt8](repeating: 9, count: 256)),
      to: "s/a.npy")
    try workspace.write([1], to: "s/b.bin")
    let labels = try workspace.write("a,1\nb,2\n", to: "l.csv")
    let run = Tool.run(
      "evaluate", model, "--rep-data", workspace.path("s"), "--labels", labels, "--skip-bad",
      "--json")
    let report = try parsed(run.output)
    let accuracy = try #require(report["accuracy"] as? [String: Any])
    #expect(accuracy["samples"] as? Int == 1)
    #expect((accuracy["skipped"] as? [[String: String]])?.map { $0["sample"] } == ["b.bin"])
    let said = try #require(accuracy["preparations"] as? [String])
    #expect(said.count == 1 && said[0].hasPrefix("input 'input': arrays of uint8 became floats"))
    #expect((report["warnings"] as? [String])?.count == 2)
    let compared = Tool.run("compare", model, dynamic, "--rep-data", workspace.path("s/a.npy"))
    #expect(compared.output.contains("  \(said[0])\n"))
  }

  @Test func `Options for images are told to be idle where there are arrays alone`() throws {
    let folder = try digits("s", 0..<2)
    let file = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
    let message = "warning: --mean, --std and --scale change images and sound alone"
    for arguments in [
      ["compare", model, dynamic, "--rep-data", folder],
      ["run", model, "--top", "1", "--input", "\(folder)/\(file)"],
    ] {
      #expect(!Tool.run(arguments).error.contains(message))
      #expect(Tool.run(arguments + ["--std", "2"]).error.contains(message))
    }
  }

  @Test func `Sound is resampled to the rate that is asked for`() throws {
    let wav = try Recorded.records(
      "wav.bin", fields: 4,
      test: Checkout.root.appending(path: "Tests/SamplesTests/x").path)
    let sound = try workspace.write(wav[2][1], to: "a.wav")
    let keyword = Fixtures.path("two_signatures")
    func run(_ more: String...) -> CapturedRun {
      Tool.run(
        ["run", keyword, "--signature", "encode", "--input", sound, "--output", "-"] + more)
    }
    let plain = run()
    #expect(plain.code == 0)
    #expect(
      plain.error.hasPrefix("warning: input 'item': sound of 8000 Hz was taken as it is, since"))
    let resampled = run("--rate", "16000")
    #expect(resampled.code == 0 && resampled.output != plain.output)
    #expect(
      resampled.error.contains("note: input 'item': 1 sound of 8000 Hz was resampled to 16000 Hz"))
    for wrong in ["0", "fast", "1e9"] { #expect(run("--rate", wrong).code == 64) }
    #expect(Tool.run("compare", model, dynamic, "--skip-bad").code == 64)
  }
}
