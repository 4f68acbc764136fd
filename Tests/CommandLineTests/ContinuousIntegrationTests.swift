import Foundation
import TestSupport
import Testing

/// What scripts read: JSON of failures, gates as numbers, gates on files that stay as they are, and
/// limits from an earlier report.
@Suite struct ContinuousIntegrationTests {
  private let workspace: Workspace
  private let model: String
  private let digits = Fixtures.samples + "/digits.npz"

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
  }

  private func parsed(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func quantize(_ arguments: String...) -> CapturedRun {
    Tool.run(
      ["quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite")] + arguments)
  }

  @Test func `Gates have limits and values as numbers, with units in their names`() throws {
    let run = quantize(
      "--json", "--max-size", "1MiB", "--max-download", "1M", "--rep-data", digits + ":x",
      "--labels", digits + ":y", "--max-drop", "3", "--min-agreement", "90", "--min-sqnr", "20",
      "--max-error", "0.5", "--max-runtime", "3.0.0")
    #expect(run.code == 0, "\(run.error)")
    let gates = try #require(try parsed(run.output)["gates"] as? [[String: Any]])
    let units = [
      "max-size": "Bytes", "max-download": "Bytes", "max-drop": "Points",
      "min-agreement": "Percent", "min-sqnr": "Decibels", "max-error": "RelativeL2",
    ]
    #expect(gates.count == units.count + 1)
    for gate in gates {
      let name = try #require(gate["name"] as? String)
      #expect(gate["limit"] is String && gate["value"] is String && gate["passed"] is Bool)
      guard let unit = units[name] else { continue }
      let (limit, value) = (gate["limit\(unit)"] as? Double, gate["value\(unit)"] as? Double)
      #expect(limit != nil && value != nil, "\(name)")
      if name == "max-size" {
        #expect(limit == 1_048_576)
        #expect(value == Double(workspace.bytes("out.tflite")?.count ?? 0))
      }
    }
  }

  @Test func `A failure has a JSON document too`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let text = try workspace.write("no model", to: "text.tflite")
    for (arguments, code, message) in [
      (["quantize", model, "--mode", "dynamic", "--max-size", "1k"], 1, "gate max-size failed"),
      (["quantize", text, "--mode", "dynamic"], 2, "is not a TensorFlow Lite model"),
      (["inspect", workspace.path("missing")], 2, "cannot be read"),
      (["quantize", half, "--mode", "float16"], 3, "nothing to do"),
      (["quantize", model, "--mode", "dynamic", "-o", workspace.path("no/out")], 4, "written"),
      (["quantize", model], 64, "no mode given"),
      (["quantize", model, "--mode", "dynamic", "--nonsense"], 64, "unknown option"),
      (["bench", model, "--runs", "0"], 64, "is not a number"),
      (["report", model, "--max-size", "1k"], 1, "gate max-size failed"),
      (["compare", model, half, "--max-error", "0"], 1, "gate max-error failed"),
      (["quantise", model], 64, "unknown command"),
    ] as [([String], Int, String)] {
      let names = workspace.names
      for option in ["--json", "--json=" + workspace.path("r.json")] {
        let run = Tool.run(arguments + [option])
        #expect(Int(run.code) == code, "\(arguments) \(run.error)")
        let bytes = workspace.bytes("r.json").map { String(decoding: $0, as: UTF8.self) }
        let report = try parsed(option == "--json" ? run.output : try #require(bytes))
        #expect(report["exitCode"] as? Int == code, "\(arguments)")
        #expect((report["error"] as? String)?.contains(message) == true, "\(report)")
        #expect(report["schemaVersion"] as? Int == 1 && report["tool"] is [String: Any])
        #expect(run.error.contains("error: "))
        if bytes != nil { try FileManager.default.removeItem(atPath: workspace.path("r.json")) }
        #expect(workspace.names == names)
      }
    }
  }

  @Test func `A report that fails late leaves one document`() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let run = quantize("--json", "--html", "/dev/full")
    #expect(run.code == 4)
    #expect(try parsed(run.output)["exitCode"] as? Int == 4)
  }

  @Test func `The document of a failure replaces nothing`() throws {
    let old = try workspace.write("old", to: "r.json")
    for arguments in [
      ["quantize", model], ["quantize", model, "--mode", "dynamic", "-o", old, "--force"],
      ["inspect", workspace.path("missing")],
    ] {
      #expect(Tool.run(arguments + ["--json", old]).code != 0)
      #expect(workspace.bytes("r.json") == Data("old".utf8))
    }
    #expect(Tool.run("inspect", model, "--nonsense", "--json=" + model).code == 64)
    #expect(workspace.bytes("model.tflite")?.count ?? 0 > 1000)
    let forced = Tool.run("inspect", workspace.path("missing"), "--json", old, "--force")
    #expect(forced.code == 2)
    #expect(workspace.bytes("r.json")?.starts(with: Data("{\n  \"schemaVersion\"".utf8)) == true)
  }

  @Test func `A gate that failed is named, with --quiet too`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    for arguments in [
      ["quantize", model, "--mode", "dynamic", "--max-size", "1k"],
      ["quantize", model, "--mode", "dynamic", "--max-size", "1k", "--dry-run"],
      ["quantize", model, "--mode", "dynamic", "--max-size", "1k", "--write-on-fail"],
      ["quantize", half, "--mode", "float16", "--max-size", "1k"],
      ["quantize", half, "--mode", "float16", "--max-size", "1k", "--allow-unchanged"],
      ["report", model, "--max-size", "1k"],
    ] {
      let run = Tool.run(arguments + ["--quiet"])
      #expect(run.code == 1, "\(arguments)")
      #expect(run.error.contains("error: gate max-size failed: "), "\(arguments) \(run.error)")
    }
  }

  @Test func `Gates hold for a file that is left alone`() throws {
    let half = try workspace.copy("digits_cnn_float16", as: "half.tflite")
    let size = try #require(workspace.bytes("half.tflite")?.count)
    let base = ["quantize", half, "--mode", "float16", "--json"]
    for (gate, code) in [
      (["--max-size", "\(size)"], 3), (["--max-size", "\(size - 1)"], 1),
      (["--max-download", "1M"], 3), (["--max-download", "1k"], 1),
      (["--max-runtime", "1.5.0"], 1),
      (["--rep-data", digits + ":x", "--min-sqnr", "90"], 3),
    ] as [([String], Int)] {
      let run = Tool.run(base + gate)
      #expect(Int(run.code) == code, "\(gate) \(run.error)")
      let gates = try #require(try parsed(run.output)["gates"] as? [[String: Any]])
      #expect(gates.map { $0["passed"] as? Bool } == [code == 3], "\(gate)")
      #expect(run.error.contains("nothing to do"))
      #expect(workspace.names == ["half.tflite", "model.tflite"])
    }
    let copied = Tool.run(base + ["--allow-unchanged", "--max-size", "\(size)"])
    #expect(copied.code == 0)
  }

  @Test func `Sizes may grow by so much from an earlier report`() throws {
    let old = workspace.path("old.json")
    let small = workspace.path("out.tflite")
    #expect(quantize("--json", old).code == 0)
    let same = Tool.run("report", small, "--baseline", old)
    #expect(same.code == 0 && same.output.contains("max-size"), "\(same.error)")
    for (growth, code) in [("2%", 1), ("400%", 0), ("1k", 1), ("1M", 0)] as [(String, Int)] {
      let run = Tool.run("report", model, "--baseline", old, "--max-growth", growth)
      #expect(Int(run.code) == code, "\(growth) \(run.error)")
      #expect(run.error.contains("limits come from '\(old)', plus \(growth)") == (code == 1))
    }
    // A lower limit of its own counts.
    let own = Tool.run("report", small, "--baseline", old, "--max-size", "1k")
    #expect(own.code == 1 && own.error.contains("limit 1000"))
    let plain = workspace.path("plain.json")
    #expect(Tool.run("report", small, "--json", plain).code == 0)
    #expect(Tool.run("report", small, "--baseline", plain).code == 0)
    for (arguments, code) in [
      (["--max-growth", "2%"], 64), (["--baseline", old, "--max-growth", "x"], 64),
      (["--baseline", old, "--max-growth", "-1%"], 64), (["--baseline", model], 2),
      (["--baseline", workspace.path("none")], 2),
      (["--baseline", try workspace.write("{}", to: "empty.json")], 2),
      (["--baseline", old, "--json", old, "--force"], 64),
    ] as [([String], Int)] {
      let run = Tool.run(["report", model] + arguments)
      #expect(Int(run.code) == code && run.output.isEmpty, "\(arguments) \(run.error)")
    }
  }

  @Test func `A summary in Markdown is for a pull request`() throws {
    let page = workspace.path("summary.md")
    let run = quantize(
      "--markdown", page, "--max-size", "60k", "--rep-data", digits + ":x", "--min-sqnr", "20")
    #expect(run.code == 0)
    let text = String(decoding: try #require(workspace.bytes("summary.md")), as: UTF8.self)
    for part in [
      "| model.tflite → out.tflite | 151.44 kB → 48.21 kB (−68.2 %) | ", " dB, argmax 100.0 %",
      "| model.tflite | max-size | 60000 | ", "| passed |",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    for command in [
      ["report", model, workspace.path("out.tflite")],
      ["compare", model, workspace.path("out.tflite")],
    ] {
      let shown = Tool.run(command + ["--markdown", "-"])
      #expect(shown.code == 0 && shown.output.hasPrefix("### optimize \(command[0])\n"))
      #expect(shown.output.contains("151.44 kB → 48.21 kB"))
    }
    let odd = try workspace.copy("digits_cnn", as: "a|b<i>.tflite")
    let escaped = Tool.run("report", odd, "--markdown=-").output
    #expect(escaped.contains("| a\\|b\\<i\\>.tflite |"))
  }
}
