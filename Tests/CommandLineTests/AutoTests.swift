import Foundation
import TestSupport
import Testing

@testable import OptimizeCLI

/// What `auto` tries is what `pipeline` does: judged by its files.
@Suite struct AutoTests {
  private struct Report: Decodable {
    struct Choice: Decodable {
      struct Candidate: Decodable {
        let steps: [String]
        let bytes: Int?
        let download: Int?
        let isChosen: Bool
        let misses: [String]
      }
      let tree: [String]
      let candidates: [Candidate]
    }
    let choice: Choice
    let output: Output?
    struct Output: Decodable { let bytes: Int }
  }

  private func report(_ path: String) throws -> Report {
    try JSONDecoder().decode(Report.self, from: Data(contentsOf: URL(filePath: path)))
  }

  @Test func `The chosen steps give the same bytes in a pipeline`() throws {
    let folder = try Workspace()
    let model = Fixtures.path("digits_cnn")
    let run = Tool.run(
      "auto", model, "-o", folder.path("auto.tflite"), "--json", folder.path("auto.json"))
    #expect(run.code == 0, "\(run.error)")
    let report = try report(folder.path("auto.json"))
    let chosen = try #require(report.choice.candidates.first { $0.isChosen })
    #expect(report.choice.candidates.count == 7 && report.choice.tree.count == 3)
    let again = Tool.run(["pipeline", model] + chosen.steps + ["-o", folder.path("again.tflite")])
    #expect(again.code == 0, "\(again.error)")
    #expect(folder.bytes("auto.tflite") == folder.bytes("again.tflite"))
    #expect(folder.bytes("auto.tflite")?.count == chosen.bytes)
    // Without a budget the smallest of the good ones is chosen.
    #expect(run.error.contains("budget: none"))
  }

  @Test func `A size is kept by the best outputs within it`() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "auto", Fixtures.path("digits_cnn"), "--max-size", "49k", "--max-download", "41.7k", "-o",
      folder.path("auto.tflite"), "--json", folder.path("auto.json"))
    #expect(run.code == 0, "\(run.error)")
    let candidates = try report(folder.path("auto.json")).choice.candidates
    let chosen = try #require(candidates.first { $0.isChosen })
    #expect(chosen.steps == ["quantize:mode=dynamic"])
    #expect(try #require(chosen.download) <= 41_700)
    let weightsOnly = candidates.first { $0.steps == ["quantize:mode=dynamic,weights-only=true"] }
    #expect(weightsOnly?.misses.count == 1)
  }

  @Test func `Without a candidate that meets the budgets nothing is written`() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "auto", Fixtures.path("digits_cnn"), "--max-size", "10k", "-o", folder.path("auto.tflite"),
      "--json", folder.path("auto.json"))
    #expect(run.code == 1)
    #expect(run.error.contains("error: no candidate meets the budgets"))
    #expect(run.error.contains("max-size: "))
    #expect(folder.bytes("auto.tflite") == nil)
    #expect(try report(folder.path("auto.json")).choice.candidates.allSatisfy { !$0.isChosen })
  }

  @Test func `The quickest candidate runs whatever the time`() throws {
    let folder = try Workspace()
    let run = Tool.run(
      "auto", Fixtures.path("digits_cnn"), "--rep-data", "\(Fixtures.samples)/digits.npz:x",
      "--time", "0.001s", "-o", folder.path("auto.tflite"), "--json", folder.path("auto.json"))
    #expect(run.code == 0, "\(run.error)")
    let report = try report(folder.path("auto.json"))
    #expect(report.choice.candidates.filter { $0.bytes != nil }.count == 1)
    #expect(report.choice.candidates.first?.steps == ["quantize:mode=dynamic,effort=1"])
    #expect(run.error.contains("--time gives more"))
  }

  @Test func `Mixtures are among the candidates, and recipes give them again`() throws {
    let folder = try Workspace()
    let model = Fixtures.path("digits_cnn")
    let samples = ["--rep-data", "\(Fixtures.samples)/digits.npz:x"]
    let run = Tool.run(
      ["auto", model] + samples + [
        "--time", "60s", "-o", folder.path("auto.tflite"), "--json", folder.path("auto.json"),
      ])
    #expect(run.code == 0, "\(run.error)")
    let mixed = try report(folder.path("auto.json")).choice.candidates.filter { candidate in
      candidate.bytes != nil && candidate.steps.contains { $0.contains("form=") }
    }
    let first = try #require(mixed.first)
    let again = Tool.run(
      ["pipeline", model] + first.steps + samples + ["-o", folder.path("again.tflite")])
    #expect(again.code == 0, "\(again.error)")
    #expect(folder.bytes("again.tflite")?.count == first.bytes)
  }
}
