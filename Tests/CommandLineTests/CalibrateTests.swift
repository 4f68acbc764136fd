import Foundation
import Platform
import TestSupport
import Testing

/// `calibrate` and `--calibration`: however samples are shared out, the bytes are the same. Wrong
/// usage is exit code 64, a file that cannot be used 2.
@Suite struct CalibrateTests {
  private let workspace: Workspace
  private let model: String
  private let digits = Fixtures.samples + "/digits"

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
  }

  /// Statistics as a file of the workspace.
  private func calibrate(_ name: String, _ arguments: String...) throws -> String {
    let run = Tool.run(["calibrate", model, "-o", workspace.path(name)] + arguments)
    #expect(run.code == 0 && run.output.isEmpty, "\(run.error)")
    return workspace.path(name)
  }

  /// A folder with some of the digits, named so that they come in the order of `places`.
  private func folder(_ name: String, _ places: [Int]) throws -> String {
    let names = try FileManager.default.contentsOfDirectory(atPath: digits).sorted()
    try workspace.makeFolder(name)
    for (position, place) in places.enumerated() {
      try FileManager.default.copyItem(
        atPath: "\(digits)/\(names[place])", toPath: workspace.path("\(name)/\(position).npy"))
    }
    return workspace.path(name)
  }

  private func quantize(_ arguments: String...) throws -> Data {
    let output = workspace.path("\(UUID().uuidString).tflite")
    let run = Tool.run(["quantize", model, "--mode", "int8", "-o", output] + arguments)
    #expect(run.code == 0, "\(run.error)")
    return try #require(FileManager.default.contents(atPath: output))
  }

  @Test func `Order, threads and shards make no difference`() throws {
    let whole = try calibrate("whole.json", "--rep-data", digits, "--threads", "1")
    let expected = try #require(workspace.bytes("whole.json"))
    let shuffled = try folder("shuffled", [7, 2, 9, 4, 0, 1, 8, 3, 6, 5])
    _ = try calibrate("shuffled.json", "--rep-data", shuffled, "--threads", "2")
    #expect(workspace.bytes("shuffled.json") == expected)
    let first = try calibrate("a.json", "--rep-data", folder("a", [8, 1, 2]))
    let second = try calibrate("b.json", "--rep-data", folder("b", [3, 0, 5, 9, 7, 6, 4]))
    #expect(workspace.bytes("a.json") != expected)
    _ = try calibrate("merged.json", "--calibration", second, "--calibration", first)
    #expect(workspace.bytes("merged.json") == expected)
    _ = try calibrate("added.json", "--calibration", first, "--rep-data", workspace.path("b"))
    #expect(workspace.bytes("added.json") == expected)

    let quantized = try quantize("--calibration", whole)
    #expect(
      try quantize("--calibration", second, "--calibration", first, "--threads", "1") == quantized)
    // With samples too few to hold some back, statistics are those of the file.
    let searched = try quantize("--rep-data", digits)
    #expect(try quantize("--rep-data", shuffled, "--calibration", whole) == searched)
    #expect(try quantize("--rep-data", digits, "--effort", "1", "--threads", "2") == quantized)
  }

  @Test func `The file names its model and what tensors held`() throws {
    _ = try calibrate("stats.json", "--rep-data", digits, "--max-samples", "4")
    let json = try parsed(#require(workspace.bytes("stats.json")))
    #expect(json["schemaVersion"] as? Int == 1 && json["samples"] as? Int == 4)
    let digest = try #require((json["model"] as? [String: Any])?["sha256"] as? String)
    #expect(digest.count == 64)
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    let input = try #require(tensors.first { ($0["name"] as? String)?.contains("input") == true })
    var counts = 0
    for run in try #require(input["counts"] as? [[Int]]) { counts += run.dropFirst().reduce(0, +) }
    #expect(counts == 4 * 256 && input["notFinite"] as? Int == 0)
    let products = try #require(json["products"] as? [[String: Any]])
    #expect(products.allSatisfy { (($0["sums"] as? [Any])?.count ?? 1).isMultiple(of: 2) })
    let half = Tool.run("calibrate", model, "--rep-data", digits, "-o", "-", "--max-samples", "4")
    #expect(Data(half.output.utf8) == workspace.bytes("stats.json"))
    #expect(half.error.contains("on 4 samples\nwarning: calibrated on 4 samples; "))
  }

  @Test(
    "Models that are quantized, half or sparse are calibrated as they will be seen",
    arguments: [
      ("digits_cnn_int8", "int16x8"), ("digits_cnn_float16", "int8"),
      ("digits_cnn_dynamic", "int8"),
    ])
  func decoded(name: String, mode: String) throws {
    let model = Fixtures.path(name)
    let stats = workspace.path("stats.json")
    let run = Tool.run("calibrate", model, "--rep-data", digits, "-o", stats)
    #expect(run.code == 0, "\(run.error)")
    var files: [Data?] = []
    for source in [["--calibration", stats], ["--rep-data", digits]] {
      let quantized = Tool.run(
        ["quantize", model, "--mode", mode, "--effort", "1", "--allow-larger", "--force", "-o"]
          + [workspace.path("out.tflite")] + source)
      #expect(quantized.code == 0, "\(quantized.error)")
      files.append(workspace.bytes("out.tflite"))
    }
    #expect(files[0] != nil && files[0] == files[1])
  }

  @Test func `Moving averages need samples`() throws {
    let stats = try calibrate("stats.json", "--rep-data", digits)
    let model = Fixtures.path("digits_cnn")
    let arguments = ["quantize", model, "--mode", "int8", "--range", "ema", "--effort", "1", "-o"]
    let refused = Tool.run(arguments + [workspace.path("o"), "--calibration", stats])
    #expect(refused.code == 64)
    #expect(refused.error.contains("range 'ema' needs single samples"), "\(refused.error)")
    #expect(Tool.run(arguments + [workspace.path("ema"), "--rep-data", digits]).code == 0)
    let plain = arguments.map { $0 == "ema" ? "minmax" : $0 }
    #expect(Tool.run(plain + [workspace.path("minmax"), "--rep-data", digits]).code == 0)
    #expect(workspace.bytes("o") == nil)
    #expect(workspace.bytes("ema") != workspace.bytes("minmax"))
  }

  @Test func `Statistics of another model are refused`() throws {
    let stats = try calibrate("stats.json", "--rep-data", digits)
    let other = Fixtures.path("keyword_1d")
    let run = Tool.run(
      "quantize", other, "--mode", "int8", "--calibration", stats, "-o", workspace.path("o"))
    #expect(run.code == 2)
    #expect(run.error.contains("stats.json' has statistics of another model\nnote: "))
    #expect(run.error.contains("keyword_1d.tflite' has the SHA-256 "), "\(run.error)")
    #expect(workspace.bytes("o") == nil)
  }

  @Test(
    "What is wrong in a file is said",
    arguments: [
      ("\"samples\": 10", "\"samples\": -1", "'samples' is not an integer from 0 to "),
      ("\"samples\": 10", "\"samples\": ten", "byte "),
      ("\"schemaVersion\": 1", "\"schemaVersion\": 2", "schema version is 2, only 1"),
      ("calibration statistics", "shopping list", "its kind is not 'calibration statistics'"),
      ("\"zeros\":", "\"zeros\":-", "'tensors[0].zeros' is not an integer from 0 to "),
      ("\"exponent\":-", "\"exponent\":-2", "'tensors[0]' has parts that contradict each other"),
      ("\"index\":0", "\"index\":4000", "'tensors[0]' is not a tensor of the model"),
      ("\"least\":", "\"greatest\":1,\"least\":", "key 'greatest' occurs twice"),
      ("\"least\":", "\"below\":", "'tensors[0]' has no 'least'"),
      ("\"products\": [", "\"products\": {}, \"x\": [", "'products' is not an array"),
      ("\"sums\":[", "\"sums\":[1,", "'products[0].sums' has an odd number of elements"),
      ("}\n  ]\n}\n", "}\n  ]\n", "expected ',' or '}'"),
    ])
  func unreadable(part: String, replacement: String, message: String) throws {
    let stats = try calibrate("stats.json", "--rep-data", digits)
    let text = try String(contentsOfFile: stats, encoding: .utf8)
    let range = try #require(text.range(of: part))
    let broken = try workspace.write(
      text.replacingCharacters(in: range, with: replacement), to: "broken.json")
    let run = Tool.run(
      "quantize", model, "--mode", "int8", "--calibration", broken, "-o", workspace.path("o"))
    #expect(run.code == 2 && run.error.contains("broken.json' cannot be used as statistics: "))
    #expect(run.error.contains(message), "\(run.error)")
    #expect(workspace.bytes("o") == nil)
  }

  @Test func `Any damage is an error or gives a model, never a crash`() throws {
    let stats = try calibrate("stats.json", "--rep-data", digits, "--max-samples", "2")
    let bytes = Array(try #require(FileManager.default.contents(atPath: stats)))
    let alphabet = Array("0123456789-.,:[]{}\"eax".utf8)
    var generator = SeededRandom(seed: 1)
    for round in 0..<150 {
      var copy = bytes
      for _ in 0...(round % 3) {
        copy[Int.random(in: 0..<copy.count, using: &generator)] =
          alphabet.randomElement(using: &generator) ?? 0
      }
      try Data(copy).write(to: workspace.folder.appending(path: "damaged.json"))
      let run = Tool.run(
        "quantize", model, "--mode", "int8", "--calibration", workspace.path("damaged.json"), "-o",
        workspace.path("o"), "--force", "--quiet", "--allow-larger")
      #expect([0, 2].contains(run.code), "\(round): \(run.error)")
    }
  }

  @Test func `Wrong usage is explained`() throws {
    let stats = try calibrate("stats.json", "--rep-data", digits)
    for (arguments, message) in [
      (["calibrate", model, "-o", "x"], "calibration needs representative data"),
      (["calibrate", model, "--rep-data", digits], "no file for the statistics given"),
      (["calibrate", model, "--rep-data", digits, "-o", stats], "exists already"),
      (["calibrate", model, "--rep-data", digits, "-o", model], "the same file"),
      (
        ["calibrate", model, "--calibration", stats, "-o", stats, "--force"],
        "would replace the file of --calibration"
      ),
      (
        ["calibrate", model, "--calibration", stats, "--mean", "1", "-o", "x"],
        "--mean needs representative data"
      ),
      (
        ["quantize", model, "--mode", "dynamic", "--calibration", stats],
        "--calibration belongs to modes 'int8' and 'int16x8'"
      ),
      (
        ["quantize", model, "--mode", "int8", "--calibration", stats, "--min-sqnr", "3"],
        "--min-sqnr needs representative data"
      ),
      (["quantize", model, "--mode", "int8"], "statistics with --calibration FILE"),
    ] {
      let run = Tool.run(arguments)
      #expect(run.code == 64 && run.error.contains(message), "\(run.error)")
    }
    #expect(workspace.names == ["model.tflite", "stats.json"])
  }
}
