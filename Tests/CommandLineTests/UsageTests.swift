import Foundation
import TestSupport
import Testing

/// Commands, options and exit codes; texts are snapshots.
@Suite struct UsageTests {
  static let model = Fixtures.path("digits_cnn")

  @Test func helpTextsAreRecorded() {
    let commands = [
      "quantize", "prune", "cluster", "pipeline", "calibrate", "inspect", "report", "compare",
      "debug",
      "run", "bench", "operators", "passes", "completions", "help",
    ]
    var text = CapturedRun(["help"]).output
    for command in commands {
      let run = CapturedRun(["help", command])
      #expect(run.code == 0)
      #expect(CapturedRun([command, "--help"]).output == run.output)
      text += "\n== \(command)\n\(run.output)"
    }
    text += "\n== passes\n" + CapturedRun(["passes"]).output
    #expect(Snapshot.difference(text, from: "help") == nil)
  }

  @Test(arguments: [
    (["quantise", "m"], "unknown command 'quantise'; did you mean 'quantize'?"),
    (["quantize", "m", "--modes", "x"], "unknown option '--modes'; did you mean '--mode'?"),
    (["quantize", "m", "--mode", "float61"], "unknown mode 'float61'; did you mean 'float16'?"),
    (["quantize", "m", "--mode", "int8"], "int8 quantization needs representative data"),
    (["quantize", "m", "--mode"], "option '--mode' needs a value: MODE"),
    (["quantize", "m"], "no mode given"),
    (["quantize"], "no model given"),
    (["prune", "m"], "no sparsity given"),
    (["prune", "m", "--sparsity", "1"], "is not a sparsity"),
    (["prune", "m", "--sparsity", "0.7", "--pattern", "2:4"], "makes 0.5 of the weights zero"),
    (["quantize", "m", "--recipe", "l"], "unknown option '--recipe'"),
    (["cluster", "m"], "no number of clusters given"),
    (["cluster", "m", "--clusters", "1"], "number of clusters must be from 2 to 256"),
    (["cluster", "m", "--clusters", "257"], "number of clusters must be from 2 to 256"),
    (["cluster", "m", "--clusters", "8", "--weighted"], "need representative data"),
    (
      ["cluster", "m", "--clusters", "8", "--per-channel", "--shared-codebook"],
      "exclude each other"
    ),
    (["pipeline", "m", "cluster"], "step 'cluster' needs clusters"),
    (["pipeline", "m", "cluster:clusterz=8"], "did you mean 'clusters'?"),
    (["pipeline", "m", "rewrite", "--recipe", "r"], "not from both"),
    (["quantize", "m", "--mode", "dynamic", "--max-error", "1"], "needs representative data"),
    (["pipeline", "m"], "no step given"),
    (["pipeline", "m", "quantise:mode=dynamic"], "did you mean 'quantize'?"),
    (["pipeline", "m", "quantize:mod=dynamic"], "no option 'mod'; did you mean 'mode'?"),
    (["pipeline", "m", "quantize:mode=dynamic,weights_only"], "did you mean 'weights-only'?"),
    (["pipeline", "m", "prune:sparsity=-1"], "is not a sparsity"),
    (["quantize", "m", "--mode", "float16", "--weights-only"], "belongs to mode 'dynamic'"),
    (["quantize", "m", "--mode", "dynamic", "--threads", "0"], "not a number of threads"),
    (["quantize", "m", "--mode", "dynamic", "--max-size", "big"], "'big' is not a size"),
    (["quantize", "m", "--mode", "dynamic", "--max-runtime", "new"], "not a runtime version"),
    (["report", "m", "--level", "7"], "--level is 6 or 9"),
    (["inspect", "m", "n"], "unexpected argument 'n'"),
    (["completions", "tcsh"], "no completions for shell 'tcsh'"),
    (["quantize", "m", "--mode", "dynamic", "-o", "-", "--json"], "standard output"),
  ])
  func wrongUsageIsExplained(arguments: [String], message: String) {
    let run = CapturedRun(arguments)
    #expect(run.code == 64)
    #expect(run.error.hasPrefix("error: "))
    #expect(run.error.contains(message), "\(run.error)")
    #expect(run.output.isEmpty)
  }

  @Test func outputMustNotBeTheInputNorExist() throws {
    let folder = try Workspace()
    let input = folder.path("m.tflite")
    try FileManager.default.copyItem(atPath: Self.model, toPath: input)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: input))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("link.tflite"), withDestinationPath: input)
    for output in [input, folder.path("link.tflite")] {
      let run = CapturedRun(["quantize", input, "--mode", "dynamic", "-o", output, "--force"])
      #expect(run.code == 64)
      #expect(run.error.contains("output and input are the same file"))
    }
    let first = CapturedRun(["quantize", input, "--mode", "dynamic"])
    #expect(first.code == 0)
    #expect(folder.names.contains("m.dynamic.tflite"))
    let second = CapturedRun(["quantize", input, "--mode", "dynamic"])
    #expect(second.code == 64)
    #expect(second.error.contains("exists already"))
    #expect(CapturedRun(["quantize", input, "--mode", "dynamic", "--force"]).code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: input)) == bytes)
  }

  @Test func gatesDecideWhetherAFileIsWritten() throws {
    let folder = try Workspace()
    let output = folder.path("o.tflite")
    let base = ["quantize", Self.model, "--mode", "dynamic", "-o", output]
    for gate in [["--max-size", "1k"], ["--max-download", "1k"], ["--max-runtime", "1.5.0"]] {
      let run = CapturedRun(base + gate)
      #expect(run.code == 1)
      #expect(run.error.contains("gate \(gate[0].dropFirst(2)) failed"))
      #expect(folder.names.isEmpty)
    }
    #expect(CapturedRun(base + ["--max-size", "1k", "--write-on-fail"]).code == 1)
    #expect(folder.names == ["o.tflite"])
    let passing = [
      "--force", "--max-size", "1MiB", "--max-download", "1M", "--max-runtime", "3.0.0",
    ]
    #expect(CapturedRun(base + passing).code == 0)
  }

  @Test func nothingToDoIsExitThreeUnlessAllowed() throws {
    let folder = try Workspace()
    let input = Fixtures.path("digits_cnn_int8")
    let output = folder.path("o.tflite")
    let run = CapturedRun(["quantize", input, "--mode", "dynamic", "-o", output])
    #expect(run.code == 3)
    #expect(run.error.contains("error: nothing to do"))
    #expect(run.error.contains("of type int8"))
    #expect(folder.names.isEmpty)
    let allowed = CapturedRun([
      "quantize", input, "--mode", "dynamic", "-o", output, "--allow-unchanged",
    ])
    #expect(allowed.code == 0)
    #expect(FileManager.default.contentsEqual(atPath: input, andPath: output))
  }

  @Test func aDryRunWritesNothing() throws {
    let folder = try Workspace()
    let run = CapturedRun([
      "quantize", Self.model, "--mode", "dynamic", "-o", folder.path("o.tflite"), "--dry-run",
    ])
    #expect(run.code == 0)
    #expect(folder.names.isEmpty)
    #expect(run.error.contains("float32 → int8"))
  }

  @Test func rulesThatMatchNothingAreErrors() throws {
    let folder = try Workspace()
    let base = ["quantize", Self.model, "--mode", "dynamic", "-o", folder.path("o.tflite")]
    let run = CapturedRun(base + ["--skip", "no_such_*"])
    #expect(run.code == 64)
    #expect(run.error.contains("'no_such_*' matches no tensor and no operator"))
    let skipped = CapturedRun(base + ["--skip", "op:CONV_2D", "--skip", "op:*CONV*"])
    #expect(skipped.code == 0)
    #expect(skipped.error.contains("skipped by --skip"))
  }

  @Test func reportsGoWhereTheOptionsSay() throws {
    let folder = try Workspace()
    let base = ["quantize", Self.model, "--mode", "float16", "-o", folder.path("o.tflite")]
    let run = CapturedRun(base + ["--json", "--html", folder.path("r.html"), "--quiet"])
    #expect(run.code == 0)
    #expect(run.error.isEmpty)
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    #expect(json?["schemaVersion"] as? Int == 1)
    #expect(json?["exitCode"] as? Int == 0)
    #expect((json?["output"] as? [String: Any])?["sha256"] is String)
    let named = CapturedRun(base + ["--force", "--json", folder.path("r.json")])
    #expect(named.output.isEmpty)
    #expect(folder.names == ["o.tflite", "r.html", "r.json"])
  }

  @Test(arguments: [1, 2, 3]) func anyNumberOfThreadsGivesTheSameBytes(threads: Int) throws {
    let folder = try Workspace()
    for (index, count) in [1, threads].enumerated() {
      let run = CapturedRun([
        "quantize", Self.model, "--mode", "dynamic", "-o", folder.path("\(index).tflite"),
        "--threads", "\(count)",
      ])
      #expect(run.code == 0)
    }
    #expect(
      FileManager.default.contentsEqual(
        atPath: folder.path("0.tflite"), andPath: folder.path("1.tflite")))
  }
}
