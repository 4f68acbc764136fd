import Foundation
import TestSupport
import Testing

/// `debug`, and what `quantize` says about errors inside. Figures are judged by the definition,
/// RMSE ÷ scale, and by what happens to ranges that are known to cut off or not.
@Suite struct DebugTests {
  private let workspace: Workspace
  private let model: String
  private let quantized: String
  private let digits = Fixtures.samples + "/digits"

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("digits_cnn")
    quantized = workspace.path("int8.tflite")
  }

  private func quantize(_ arguments: String...) -> CapturedRun {
    Tool.run(
      ["quantize", model, "--mode", "int8", "-o", quantized, "--force", "--rep-data", digits]
        + arguments)
  }

  private func operators(_ arguments: String...) throws -> [[String: Any]] {
    let run = Tool.run(["debug", model, quantized, "--rep-data", digits, "--json"] + arguments)
    #expect(run.code == 0, "\(run.error)")
    let quality = try #require(parsed(run.output)["quality"] as? [String: Any])
    return try #require(quality["operators"] as? [[String: Any]])
  }

  @Test func `Every operator has a line, in the order of the file`() throws {
    #expect(quantize("--effort", "0").code == 0)
    let rows = try operators()
    let inspected = try parsed(Tool.run("inspect", quantized, "--operators", "--json").output)
    let subgraphs = try #require(inspected["subgraphs"] as? [[String: Any]])
    let kinds = try #require(subgraphs[0]["operators"] as? [[String: Any]])
    #expect(rows.map { $0["kind"] as? String } == kinds.map { $0["kind"] as? String })
    let compared = rows.filter { $0["isCompared"] as? Bool == true }
    #expect(compared.count >= rows.count - 1)
    let integers = compared.filter { $0["types"] as? String == "float32 → int8" }
    #expect(integers.count >= 5)
    for row in integers {
      let steps = try #require(row["rmsePerScale"] as? Double)
      let rmse = try #require(row["rmse"] as? Double)
      #expect(steps > 0 && steps < 8 && rmse > 0, "\(row)")
      // Least and greatest values cut off nothing that was seen, but for what errors add.
      #expect(try #require(row["saturated"] as? Double) < 0.02)
    }
    let text = Tool.run("debug", model, quantized, "--rep-data", digits)
    #expect(text.code == 0 && text.output.contains("compared on 10 samples"))
    #expect(text.output.split(separator: "\n").count == rows.count + 2, "\(text.output)")
    let verbose = Tool.run("debug", model, quantized, "--rep-data", digits, "--verbose")
    #expect(verbose.output.contains("       RMSE      scale\n"))
  }

  @Test func `Ranges that cut off much are seen as saturated`() throws {
    let run = quantize("--range", "percentile:60", "--effort", "1")
    #expect(run.code == 0)
    let shares = try operators().compactMap { $0["saturated"] as? Double }
    #expect(shares.contains { $0 > 0.2 }, "\(shares)")
  }

  /// Doing what the advice says judges it.
  @Test func `Advice gains what it says, and is not what was done`() throws {
    func run(_ arguments: [String]) -> CapturedRun {
      Tool.run(
        [
          "quantize", model, "--mode", "int8", "-o", quantized, "--force", "--rep-data",
          Fixtures.samples + "/digits.npz:x", "--effort", "1", "--no-bias-correction",
        ] + arguments)
    }
    let poor = run(["--range", "percentile:55"]).error
    let advice =
      #/\n  next         --range minmax: in a trial, the worst part had ([0-9.]+) dB instead of ([0-9.]+)\n/#
    let found = try #require(poor.firstMatch(of: advice), "\(poor)")
    let gain = (try #require(Double(found.1)), try #require(Double(found.2)))
    #expect(gain.0 >= gain.1 + 3 && gain.1 < 20)
    let better = run(["--range", "minmax"]).error
    #expect(better.contains(": \(found.1) dB, ") && !better.contains("  next "), "\(better)")
  }

  @Test func `Channels that were scaled are compared beside their factors`() throws {
    // Without a search nothing is equalized; with one, factors are from 1 to 8.
    #expect(quantize("--effort", "0").code == 0)
    let plain = try operators()
    let samples = Fixtures.samples + "/digits.npz:x"
    let run = Tool.run(
      "quantize", model, "--mode", "int8", "-o", quantized, "--force", "--rep-data", samples)
    #expect(run.code == 0)
    let rows = try operators()
    for (before, after) in zip(plain, rows) where after["channelFactors"] is [Double] {
      let factors = try #require(after["channelFactors"] as? [Double])
      #expect(factors.count == 2 && factors[0] >= 0.9 && factors[1] <= 9)
      let steps = try #require(after["rmsePerScale"] as? Double)
      #expect(steps < 2 * (before["rmsePerScale"] as? Double ?? 1) + 1)
      #expect(after["saturated"] == nil)
    }
    // No factor explains what rounding did.
    #expect(plain.allSatisfy { $0["channelFactors"] == nil })
  }

  @Test func `The worst operators are listed where asked for or an output is poor`() {
    let quiet = quantize()
    #expect(quiet.code == 0 && !quiet.error.contains("  worst "), "\(quiet.error)")
    #expect(quiet.error.contains("on the 10 calibration samples: "))
    let verbose = quantize("--verbose")
    #expect(
      verbose.error.contains(#/\n  worst        [A-Z_0-9]+ '.*' [0-9.]+ dB, RMSE [0-9.]+ steps, /#))
    let poor = quantize("--range", "percentile:55", "--effort", "1", "--no-bias-correction")
    #expect(poor.error.contains("\n  worst        "), "\(poor.error)")
    #expect(quiet.error.contains("\n  ranges       from 10 samples\n"))
  }

  @Test func `Samples that were held out are called so`() throws {
    let run = Tool.run(
      "quantize", model, "--mode", "int8", "-o", quantized, "--rep-data",
      Fixtures.samples + "/digits.npz:x", "--json", workspace.path("report.json"))
    #expect(run.code == 0)
    #expect(run.error.contains(#/'output_0' on [0-9]+ held-out samples: /#), "\(run.error)")
    let ranges = #/\n  ranges       from [0-9]+ samples, then widened by [0-9]+ held-out ones\n/#
    #expect(run.error.contains(ranges))
    let report = try parsed(#require(workspace.bytes("report.json")))
    let quality = try #require(report["quality"] as? [String: Any])
    #expect(quality["basis"] as? String == "held-out")
    let samples = try #require(quality["samples"] as? Int)
    #expect(samples > 5 && samples < 50)
    let dynamic = quantize("--mode", "dynamic").error
    #expect(dynamic.contains("'output_0' on the 10 calibration samples: "), "\(dynamic)")
    #expect(dynamic.contains("\n  integers     chosen on 10 samples\n"))
  }

  @Test func `The page has the operators`() throws {
    #expect(quantize("--quiet").code == 0)
    let page = workspace.path("errors.html")
    let run = Tool.run("debug", model, quantized, "--rep-data", digits, "--html", page, "--quiet")
    #expect(run.code == 0 && run.output.isEmpty && run.error.isEmpty)
    let text = String(decoding: try #require(workspace.bytes("errors.html")), as: UTF8.self)
    #expect(text.contains("Operators of the second model in the order of execution"))
    #expect(text.contains("CONV_2D") && text.contains("float32 → int8"))
  }

  @Test func `Wrong usage is explained`() {
    for (arguments, message) in [
      (["debug", model], "no quantized model given"),
      (["debug", model, model], "debug needs representative data"),
      (["debug", "-", "-", "--rep-data", digits], "both models would come from standard input"),
      (["debug", model, model, "--rep-data", digits, "--html", model], "would replace the input"),
    ] {
      let run = Tool.run(arguments)
      #expect(run.code == 64 && run.error.contains(message), "\(run.error)")
    }
  }
}
