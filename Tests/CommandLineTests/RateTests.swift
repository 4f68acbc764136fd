import Compression
import Foundation
import Platform
import TestSupport
import Testing

/// Integers of weights that compress: `--effort 3` and `--max-download`. The written file under deflate is the judge.
@Suite struct RateTests {
  private func quantize(
    _ folder: Workspace, _ name: String, _ options: String...
  ) throws -> (code: Int32, download: Int, quality: [String: Any]) {
    let run = Tool.run(
      [
        "quantize", Fixtures.path("digits_cnn"), "--mode", "int8", "--rep-data",
        Fixtures.samples + "/digits.npz:x", "-o", folder.path(name), "--json",
        folder.path(name + ".json"),
      ] + options)
    let bytes = folder.bytes(name).map(Array.init) ?? []
    let json = try Data(contentsOf: URL(fileURLWithPath: folder.path(name + ".json")))
    let report = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any])
    return (
      run.code, bytes.withUnsafeBytes { Deflate.size(of: $0, level: .six) },
      report["quality"] as? [String: Any] ?? [:]
    )
  }

  @Test func `Effort 3 takes fewer bytes to download at no more noise`() throws {
    let folder = try Workspace()
    let plain = try quantize(folder, "plain.tflite")
    let found = try quantize(folder, "rate.tflite", "--effort", "3")
    #expect(plain.code == 0 && found.code == 0)
    #expect(Double(found.download) < 0.95 * Double(plain.download))
    let rate = try #require(found.quality["rate"] as? [String: Any])
    let noise = try [
      #require(rate["noiseBefore"] as? Double), #require(rate["noiseAfter"] as? Double),
    ]
    // As far as the held-out samples can tell.
    #expect(noise[1] <= 1.06 * noise[0])
    let weights = try #require(rate["weights"] as? [[String: Any]])
    func bits(_ key: String) -> Double {
      weights.reduce(0) { sum, weight in
        sum + (weight[key] as? Double ?? 0) * Double(weight["elements"] as? Int ?? 0)
      }
    }
    #expect(!weights.isEmpty && bits("bitsAfter") < 0.95 * bits("bitsBefore"))
    #expect(plain.quality["rate"] == nil)
  }

  @Test func `A download budget is met from below within a hundredth`() throws {
    let folder = try Workspace()
    let plain = try quantize(folder, "plain.tflite")
    for share in [0.78, 0.7] {
      let budget = Int(share * Double(plain.download))
      let found = try quantize(folder, "\(budget).tflite", "--max-download", "\(budget)")
      #expect(found.code == 0)
      #expect(found.download <= budget && Double(found.download) > 0.99 * Double(budget))
    }
    let none = try quantize(folder, "none.tflite", "--max-download", "2000")
    #expect(none.code == 1 && folder.bytes("none.tflite") == nil)
  }

  @Test func `A gate for the error is what effort 3 may use`() throws {
    let folder = try Workspace()
    let strict = try quantize(folder, "strict.tflite", "--effort", "3")
    let loose = try quantize(
      folder, "loose.tflite", "--effort", "3", "--max-error", "0.05")
    #expect(loose.code == 0 && loose.download < strict.download)
  }

  @Test(arguments: [["--effort", "3"], ["--max-download", "30000"]])
  func `One and two threads, and a saved plan, give the same bytes`(_ options: [String]) throws {
    let folder = try Workspace()
    func run(_ name: String, _ options: [String]) -> [UInt8]? {
      let run = Tool.run(
        [
          "quantize", Fixtures.path("digits_cnn"), "--rep-data",
          Fixtures.samples + "/digits.npz:x", "-o", folder.path(name),
        ] + options)
      #expect(run.code == 0, "\(run.error)")
      return folder.bytes(name).map(Array.init)
    }
    let plan = folder.path("plan.json")
    let int8 = ["--mode", "int8"] + options
    let one = run("one.tflite", int8 + ["--threads", "1", "--save-plan", plan])
    #expect(one != nil)
    #expect(one == run("two.tflite", int8 + ["--threads", "2"]))
    #expect(one == run("planned.tflite", ["--plan", plan]))
  }
}
