import Foundation
import TestSupport
import Testing

/// Judged by the files and reports that are written.
@Suite struct ClusterCommandTests {
  static let model = Fixtures.path("digits_cnn")

  @Test func theReportSaysWhatTheFileHolds() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "cluster", Self.model, "--clusters", "8", "--shared-codebook", "-o", folder.path("a.tflite"),
      "--json=" + folder.path("a.json"), "--html", folder.path("a.html"))
    #expect(run.code == 0, "\(run.error)")
    #expect(run.error.contains("to at most 8 values each"))
    #expect(run.error.contains("the file has 8 in a channel"))
    let data = try Data(contentsOf: URL(filePath: folder.path("a.json")))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let tensors = try #require(json["tensors"] as? [[String: Any]])
    let clusters = tensors.compactMap { $0["clusters"] as? [String: Any] }
    #expect(!clusters.isEmpty)
    for entry in clusters {
      #expect(entry["asked"] as? Int == 8 && entry["kept"] as? Bool == true)
      #expect(try #require(entry["found"] as? Int) <= 8)
    }
    let page = try String(contentsOfFile: folder.path("a.html"), encoding: .utf8)
    #expect(page.contains("Values asked for"))
  }

  @Test func lostClustersAreSaid() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "pipeline", Self.model, "cluster:clusters=8", "quantize:mode=dynamic", "-o",
      folder.path("a.tflite"))
    #expect(run.code == 0, "\(run.error)")
    #expect(run.error.contains("a shared codebook keeps them in int8"))
  }

  @Test func channelsAreEstimated() throws {
    let folder = try Workspace()
    let target = folder.path("a.tflite")
    let run = Tool.run(
      "prune", Self.model, "--sparsity", "0.5", "--pattern", "channels", "-o", target,
      "--json=" + folder.path("a.json"))
    #expect(run.code == 0, "\(run.error)")
    #expect(run.error.contains("SOFTMAX needs all its channels"))
    #expect(!FileManager.default.fileExists(atPath: target))
    let data = try Data(contentsOf: URL(filePath: folder.path("a.json")))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let channels = try #require(json["channels"] as? [String: Any])
    for key in ["parameters", "multiplications"] {
      let count = try #require(channels[key] as? [String: Int])
      #expect(try #require(count["after"]) < count["before"] ?? 0)
    }
  }

  @Test func whatIfWritesNothing() throws {
    let folder = try Workspace()
    let target = folder.path("a.tflite")
    let run = Tool.run(
      "cluster", Self.model, "--what-if", "-o", target, "--json=" + folder.path("a.json"), "--html",
      folder.path("a.html"))
    #expect(run.code == 0, "\(run.error)")
    #expect(!FileManager.default.fileExists(atPath: target))
    let data = try Data(contentsOf: URL(filePath: folder.path("a.json")))
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let rows = try #require(json["whatIf"] as? [[String: Any]])
    #expect(Set(rows.compactMap { $0["sparsity"] as? Double }) == [0, 0.5, 0.7, 0.9])
    let dense = rows.filter { $0["sparsity"] as? Double == 0 }
    #expect(dense.compactMap { $0["clusters"] as? Int } == [256, 64, 32, 16, 8])
    let errors = dense.compactMap { $0["weightError"] as? Double }
    #expect(errors == errors.sorted() && errors.first == 0)
    let pruned = rows.filter { $0["clusters"] as? Int == nil }
      .compactMap { $0["weightError"] as? Double }
    #expect(pruned.count == 4 && pruned == pruned.sorted() && pruned.last ?? 0 > 0)
    let page = try String(contentsOfFile: folder.path("a.html"), encoding: .utf8)
    #expect(page.contains("Download against weight error"))
    // The table is what was asked for: data, unless JSON takes its place.
    #expect(run.output.contains("\n  what if\n") && run.error.isEmpty)
    let both = Tool.run("cluster", Self.model, "--what-if", "--json")
    #expect(both.output.hasPrefix("{") && both.error.contains("\n  what if\n"))
    #expect(Tool.run("cluster", Self.model, "--what-if", "--quiet").output.isEmpty)
  }

  @Test func aModelWithNothingToClusterIsRefused() throws {
    let folder = try Workspace()
    let target = folder.path("a.tflite")
    let run = Tool.run(
      "cluster", Fixtures.path("digits_cnn"), "--clusters", "8", "--skip", "*", "-o", target)
    #expect(run.code == 3)
    #expect(run.error.contains("nothing to do") && run.error.contains("nothing was written"))
    #expect(!FileManager.default.fileExists(atPath: target))
  }
}
