import Foundation
import Platform
import TFLite
import TestSupport
import Testing

/// `sensitivity`, and `--form`: judged by the files that come out. Figures are judged in
/// `SensitivityRunTests`.
@Suite struct SensitivityTests {
  private static let samples = Fixtures.samples + "/digits.npz:x"
  private let model = Fixtures.path("digits_cnn")

  @Test func `Operators stand in the order of their harm`() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "sensitivity", model, "--rep-data", Self.samples, "--json", folder.path("harm.json"),
      "--html", folder.path("harm.html"))
    #expect(run.code == 0, "\(run.error)")
    let json = String(decoding: folder.bytes("harm.json") ?? Data(), as: UTF8.self)
    let report = try parsed(json)
    let rows = try #require(report["operators"] as? [[String: Any]])
    let worst = Dictionary(
      uniqueKeysWithValues: rows.compactMap { row -> (Int, Double)? in
        guard let index = row["index"] as? Int, let noise = row["noise"] as? [String: Double] else {
          return nil
        }
        return (index, noise.values.max() ?? 0)
      })
    #expect(worst.count == 9)
    let order = run.output.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.flatMap { Int($0) }
    }
    #expect(order.count == 9 && order.compactMap { worst[$0] } == worst.values.sorted(by: >))
    #expect(
      String(decoding: folder.bytes("harm.html") ?? Data(), as: UTF8.self).contains("harm-0-wide"))
  }

  @Test func `Options leave single forms`() throws {
    for (options, forms) in [
      (["--mode", "int16x8"], ["int16x8"]),
      (["--weights", "int4"], ["int8/int4", "int16x8/int4"]),
      (["--mode", "int8", "--weights", "int4"], ["int8/int4"]),
    ] {
      let run = Tool.run(["sensitivity", model, "--rep-data", Self.samples, "--json"] + options)
      #expect(run.code == 0, "\(run.error)")
      #expect(try parsed(run.output)["forms"] as? [String] == forms)
    }
  }

  @Test func `Operators have the forms that rules give them`() throws {
    let folder = try Workspace()
    let path = folder.path("mixed.tflite")
    func run(_ step: [String]) -> CapturedRun {
      Tool.run(step + ["--rep-data", Self.samples, "-o", path, "--force"])
    }
    let rules = ["--form", "int16x8=1-2", "--form", "float=4", "--form", "int4=6"]
    let first = run(["quantize", model, "--mode", "int8"] + rules)
    #expect(first.code == 0, "\(first.error)")
    let bytes = folder.bytes("mixed.tflite")
    #expect(
      try Self.types(path) == [
        "int8 int8", "int16 int8", "int16 int8", "int8 int8", "float32 float32", "int8 int32",
        "int8 int4", "int8 int8",
      ])
    // A recipe says the same, and gives the same bytes.
    let step = "quantize:mode=int8,form=int16x8=1-2,form=float=4,form=int4=6"
    let second = run(["pipeline", model, step, "--save-recipe", folder.path("r.json")])
    #expect(second.code == 0 && folder.bytes("mixed.tflite") == bytes, "\(second.error)")
    let third = run(["pipeline", model, "--recipe", folder.path("r.json")])
    #expect(third.code == 0 && folder.bytes("mixed.tflite") == bytes, "\(third.error)")
  }

  @Test func `A form that rules give has int8 weights, unless another rule gives them fewer bits`()
    throws
  {
    let folder = try Workspace()
    let path = folder.path("mixed.tflite")
    let run = Tool.run([
      "quantize", model, "--mode", "int8", "--weights", "int4", "--form", "int4=2",
      "--form", "int8=1-2+6", "--rep-data", Self.samples, "-o", path,
    ])
    #expect(run.code == 0, "\(run.error)")
    #expect(
      try Self.types(path) == [
        "int8 int4", "int8 int8", "int8 int4", "int8 int4", "int8 int4", "int8 int32",
        "int8 int8", "int8 int4",
      ])
  }

  /// The types of input and weight of operators that have both.
  private static func types(_ path: String) throws -> [String] {
    let file = try ModelFile(MappedFile(path: path)).model
    return file.subgraphs[0].operators.compactMap { entry -> String? in
      guard let weight = entry.inputs?.dropFirst().first, weight >= 0,
        let input = entry.inputs?.first, !["QUANTIZE", "DEQUANTIZE"].contains(file.name(of: entry))
      else { return nil }
      return "\(file[TensorID(0, input)].type) \(file[TensorID(0, weight)].type)"
    }
  }

  @Test func `A rule that names nothing is an error`() {
    let run = Tool.run(
      "quantize", model, "--mode", "dynamic", "--form", "float=40", "--dry-run")
    #expect(run.code == 64 && run.error.contains("the model has no such operator"), "\(run.error)")
  }
}
