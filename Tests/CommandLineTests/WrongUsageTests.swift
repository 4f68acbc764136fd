import Foundation
import TestSupport
import Testing

/// The exit code is 64; a snapshot, read by people, judges the words.
@Suite struct WrongUsageTests {
  /// Command lines that are wrong; MODEL and OUT stand for a model and a new file.
  static let wrong: [String] = [
    "quantise MODEL", "quantzie MODEL", "inspct MODEL", "--modes", "prune MODEL --sparsity 1.5",
    "nonsense", "quantize MODEL", "quantize MODEL --mode", "quantize MODEL --mode=",
    "quantize MODEL --modes float16", "quantize MODEL --mode flaot16",
    "quantize MODEL --mode int8", "quantize MODEL --mode int16x8 --io int8",
    "quantize MODEL --mode dynamic --calibration x", "quantize MODEL --mode dynamic extra",
    "quantize MODEL --mode dynamic --max-error 0.1", "quantize MODEL --mode dynamic --min-sqnr 30",
    "quantize MODEL --mode dynamic --min-agreement 99",
    "quantize MODEL --mode dynamic --max-samples 5", "quantize MODEL --mode dynamic --signature x",
    "quantize MODEL --mode dynamic --rep-data x --max-error much",
    "quantize MODEL --mode dynamic --rep-data x --max-error -1",
    "quantize MODEL --mode dynamic --rep-data x --min-agreement 101",
    "quantize MODEL --mode dynamic --rep-data x --max-samples 0",
    "quantize MODEL --mode float16 --weights-only",
    "quantize MODEL --mode dynamic --allow-fp16-compute",
    "quantize MODEL --mode dynamic --weights-only --symmetric-activations",
    "quantize MODEL --mode dynamic --frce", "quantize MODEL --mode dynamic --force=yes",
    "quantize MODEL --mode dynamic -x", "quantize MODEL --mode dynamic --threads 0",
    "quantize MODEL --mode dynamic --threads two", "quantize MODEL --mode dynamic --max-size big",
    "quantize MODEL --mode dynamic --max-size -5", "quantize MODEL --mode dynamic --max-size 5q",
    "quantize MODEL --mode dynamic --max-runtime new",
    "quantize MODEL --mode dynamic --max-memory lots",
    "quantize MODEL --mode dynamic -o OUT --skip nothing-has-this-name",
    "quantize MODEL --mode dynamic -o OUT --only op:CONV_4D",
    "quantize MODEL --mode dynamic -o OUT --keep-float *typo*",
    "quantize MODEL --mode dynamic -o - --json", "quantize MODEL --mode dynamic -o MODEL",
    "quantize MODEL --mode dynamic -o MODEL --force", "quantize MODEL --mode dynamic -o FOLDER",
    "quantize MODEL --mode dynamic -o OUT --json=OUT",
    "quantize MODEL --mode dynamic -o OUT --json=MODEL", "pipeline MODEL",
    "pipeline MODEL rewrit", "pipeline MODEL rewrite:fast", "pipeline MODEL quantize",
    "pipeline MODEL quantize:mode=dynamik", "pipeline MODEL quantize:mode=dynamic,weight-only",
    "pipeline MODEL quantize:mode=dynamic,mode=float16",
    "pipeline MODEL quantize:mode=dynamic,weights-only=maybe",
    "pipeline MODEL prune:sparsity=x", "pipeline MODEL rewrite --recipe x", "inspect MODEL MODEL",
    "inspect MODEL --tensor", "report MODEL MODEL MODEL", "report MODEL --level 7",
    "compare MODEL", "compare MODEL MODEL MODEL", "compare MODEL MODEL --max-error nan",
    "compare MODEL MODEL --max-samples many", "compare MODEL MODEL --signature nope",
    "compare MODEL MODEL --json=MODEL", "compare MODEL MODEL --labels x", "compare - -",
    "run MODEL", "run MODEL --output FOLDER/o", "run MODEL extra --output FOLDER/o",
    "run MODEL --output FOLDER/o --input nope=x.npy",
    "run MODEL --output FOLDER/o --signature nope",
    "run MODEL --output FOLDER/o --threads 0", "run MODEL --output FOLDER/o --json",
    "bench MODEL MODEL", "bench MODEL --runs 0", "bench MODEL --runs many",
    "bench MODEL --threads -1",
    "bench MODEL --signature nope", "bench MODEL --json=MODEL", "bench MODEL --rep-data x",
    "operators MODEL", "passes --json", "completions", "completions tcsh", "help quantise",
    "help checks", "help quantize more", "prune MODEL", "prune MODEL --pattern channels",
    "prune MODEL --sparsity 0.5 --pattern 4:2", "prune MODEL --sparsity 0.6 --pattern 2:4",
    "prune MODEL --sparsity 0.5 --scope all", "prune MODEL --sparsity 0.5 --min-sparsity 2",
    "pipeline MODEL prune:sparsity=0.5,dephtwise",
    "pipeline MODEL prune:sparsity=0.5,pattern=channels",
    "prune MODEL --sparsity 0.5 --pattern channels --scope global",
  ]

  @Test func `Every wrong command line is refused, explained and does nothing`() throws {
    var texts: [String] = []
    for line in Self.wrong {
      let workspace = try Workspace()
      let model = try workspace.copy("bmm")
      let before = workspace.bytes("model.tflite")
      let arguments = line.split(separator: " ").map { word in
        word.replacingOccurrences(of: "MODEL", with: model)
          .replacingOccurrences(of: "OUT", with: workspace.path("out.tflite"))
          .replacingOccurrences(of: "FOLDER", with: workspace.folder.path)
      }
      let run = Tool.run(arguments)
      #expect(run.code == 64, "\(line): \(run.error)")
      #expect(run.output.isEmpty, "\(line)")
      #expect(run.error.hasPrefix("error: "), "\(line)")
      #expect(workspace.names == ["model.tflite"], "\(line)")
      #expect(workspace.bytes("model.tflite") == before, "\(line)")
      texts.append("$ optimize \(line)\n\(workspace.neutral(run.error))")
    }
    #expect(Snapshot.difference(texts.joined(separator: "\n"), from: "usage") == nil)
  }

  @Test func `A typing error of one or two letters has a suggestion`() {
    let typos = [
      (["qantize"], "quantize"), (["pipline"], "pipeline"), (["reprot"], "report"),
      (["quantize", "m.tflite", "--mdoe", "float16"], "--mode"),
      (["quantize", "m.tflite", "--mode", "dynamci"], "dynamic"),
      (["inspect", "m.tflite", "--tensrs"], "--tensors"),
    ]
    for (arguments, meant) in typos {
      let run = Tool.run(arguments)
      #expect(run.code == 64 && run.error.contains("did you mean '\(meant)'?"), "\(arguments)")
    }
    for far in ["xyzzy", "quant-everything-now"] {
      #expect(!Tool.run(far).error.contains("did you mean"))
    }
  }

  @Test func `Values that are right are taken`() throws {
    for text in ["1", "500k", "0.5M", "1e6", "2KiB", "1.5MiB", "1GiB", "3GB", "9kB"] {
      let workspace = try Workspace()
      let run = Tool.run(
        "quantize", Fixtures.path("bmm"), "--mode", "dynamic", "--dry-run", "--max-size", text)
      #expect(run.code == 0 || run.code == 1, "\(text)")
      #expect(workspace.names.isEmpty)
    }
  }

  @Test func `After two dashes a name may begin with a dash`() throws {
    let run = Tool.run("inspect", "--", "--no-such-file.tflite")
    #expect(run.code == 2)
    #expect(run.error.contains("'--no-such-file.tflite' cannot be read"))
  }

  @Test(
    "Without a model the models of the folder are named", .enabled(if: Executable.path != nil))
  func noModel() throws {
    let workspace = try Workspace()
    let output = workspace.folder.appending(path: "output.txt")
    let none = try Executable.run(["quantize"], in: workspace.folder, output: output)
    #expect(none.code == 64 && none.error.contains("this folder has no model"))
    _ = try workspace.copy("bmm", as: "b.tflite")
    _ = try workspace.copy("bmm", as: "a.tflite")
    for command in ["quantize", "pipeline", "inspect", "report"] {
      let some = try Executable.run([command], in: workspace.folder, output: output)
      #expect(some.code == 64 && some.error.hasPrefix("error: no model given\n"))
      #expect(some.error.contains("in this folder: a.tflite, b.tflite"))
    }
  }
}
