import Foundation
import TestSupport
import Testing

/// The options of `bench`. No test depends on how long something takes.
@Suite struct BenchTests {
  private let model = Fixtures.path("digits_cnn")

  @Test func `The text says what ran, on what, and how long`() throws {
    let run = Tool.run("bench", model, "--runs", "3", "--threads", "1")
    #expect(run.code == 0 && run.error.isEmpty)
    #expect(run.output.hasPrefix("\(model): 3 runs on random inputs, 1 thread, kernels "))
    let pattern = /median [0-9.]+ ms, 90 % below [0-9.]+ ms, prepared in [0-9.]+ ms/
    #expect(run.output.contains(pattern))
    #expect(run.output.split(separator: "\n").count == 2)
  }

  @Test func `Operators have a table with a row each`() {
    let run = Tool.run("bench", model, "--runs", "2", "--per-operator")
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3 + 1 + 9 + 1, "\(run.output)")
    #expect(run.output.contains("0   CONV_2D                           1×16×16×16 "))
    // Operators of a loop's body are told by their subgraph.
    let loop = Tool.run("bench", Fixtures.path("gru_while"), "--runs", "2", "--per-operator")
    #expect(loop.output.contains("\n2:"))
  }

  @Test func `The JSON has every figure`() throws {
    let workspace = try Workspace()
    let file = workspace.path("bench.json")
    let run = Tool.run("bench", model, "--runs", "4", "--per-operator", "--json", file)
    #expect(run.code == 0 && run.output.contains("4 runs"))
    let json = try parsed(#require(workspace.bytes("bench.json")))
    #expect(json["runs"] as? Int == 4 && json["inputs"] as? String == "random")
    #expect(json["schemaVersion"] as? Int == 1 && json["model"] as? String == model)
    for key in [
      "threads", "kernels", "prepareSeconds", "firstResultSeconds", "medianSeconds", "p90Seconds",
      "leastSeconds", "tool",
    ] {
      #expect(json[key] != nil, "\(key)")
    }
    let rows = try #require(json["operators"] as? [[String: Any]])
    #expect(rows.count == 9)
    for key in [
      "subgraph", "index", "kind", "outputShape", "medianSeconds", "multiplications", "gflops",
    ] {
      #expect(rows.allSatisfy { $0[key] != nil }, "\(key)")
    }
    // 3×3 filters of one channel for each of 16×16×16 results.
    #expect(rows[0]["multiplications"] as? Int == 16 * 16 * 16 * 9)
    let plain = Tool.run("bench", model, "--runs", "1", "--json")
    #expect(try (parsed(plain.output)["operators"] as? [Any])?.isEmpty == true)
  }

  @Test func `Models that cannot be run are refused`() throws {
    for path in [Fixtures.path("nothing"), Fixtures.malformed + "/text.tflite"] {
      let run = Tool.run("bench", path)
      #expect(run.code == 2 && run.output.isEmpty && run.error.contains("error: '\(path)'"))
    }
  }
}
