import Foundation
import TestSupport
import Testing

/// Nothing that a user has may be lost: reports never replace a model, and devices stay devices.
/// A report in a model's place is wrong usage (64); one that cannot be written is 4.
@Suite struct ReportPathTests {
  private let workspace: Workspace
  private let model: String
  private let before: Data?

  init() throws {
    workspace = try Workspace()
    model = try workspace.copy("bmm")
    before = workspace.bytes("model.tflite")
  }

  /// Names of the input that are not its path's own text.
  private func aliases() throws -> [String] {
    try FileManager.default.createSymbolicLink(
      atPath: workspace.path("link.tflite"), withDestinationPath: "model.tflite")
    return [model, workspace.folder.path + "/./model.tflite", workspace.path("link.tflite")]
  }

  @Test func `A report never replaces the input`() throws {
    for alias in try aliases() {
      for report in [["--json=" + alias], ["--html", alias]] {
        for command in [
          ["inspect", model], ["report", model], ["report", Fixtures.path("bmm"), model],
          ["quantize", model, "--mode", "dynamic", "--dry-run"],
          [
            "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--force",
          ],
          ["pipeline", model, "rewrite", "--dry-run"],
        ] {
          let run = Tool.run(command + report)
          #expect(run.code == 64, "\(command) \(report)")
          #expect(workspace.bytes("model.tflite") == before, "\(command) \(report)")
        }
      }
    }
  }

  @Test func `A report never replaces the output`() throws {
    let out = workspace.path("out.tflite")
    for path in [out, workspace.folder.path + "/./out.tflite"] {
      for report in [["--json=" + path], ["--html", path]] {
        let run = Tool.run(
          ["quantize", model, "--mode", "dynamic", "-o", out, "--force"] + report)
        #expect(run.code == 64, "\(report)")
        #expect(workspace.names == ["model.tflite"], "\(report)")
      }
    }
  }

  @Test func `Two reports never go to one file`() {
    let report = workspace.path("report.json")
    let run = Tool.run(
      "quantize", model, "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--json",
      report,
      "--html", report)
    #expect(run.code == 64)
    #expect(workspace.names == ["model.tflite"])
  }

  @Test func `A report that cannot be written is refused before any work`() {
    for (report, code) in [("no/such/folder/report.json", Int32(4)), (".", 64)] {
      for command in [
        ["quantize", "--mode", "dynamic", "-o", workspace.path("out.tflite"), "--force"],
        ["inspect"], ["report"], ["bench", "--runs", "1"],
      ] {
        let run = Tool.run(
          [command[0], model] + command.dropFirst() + ["--json=" + workspace.path(report)])
        #expect(run.code == code, "\(report) \(command)")
        #expect(run.output.isEmpty && workspace.names == ["model.tflite"])
        #expect(run.error.contains("nothing was written") == (code == 4), "\(report)")
      }
    }
  }

  /// Every command with every file that it can write.
  private static let writers: [(command: [String], outputs: [String])] = [
    (["quantize", "MODEL", "--mode", "dynamic"], ["--json", "--html", "--save-plan", "-o"]),
    (["prune", "MODEL", "--sparsity", "0.5"], ["--json", "--html", "-o"]),
    (["pipeline", "MODEL", "rewrite"], ["--json", "--html", "--save-recipe", "-o"]),
    (["calibrate", "MODEL", "--rep-data", "SAMPLES"], ["-o"]),
    (["inspect", "MODEL"], ["--json"]), (["report", "MODEL"], ["--json", "--html"]),
    (["compare", "MODEL", "MODEL"], ["--json", "--html"]),
    (["debug", "MODEL", "MODEL", "--rep-data", "SAMPLES"], ["--json", "--html"]),
    (["bench", "MODEL", "--runs", "1"], ["--json"]), (["operators"], ["--json"]),
  ]

  @Test func `An existing file needs --force, whatever it holds`() throws {
    let samples = Fixtures.samples + "/digits.npz:x"
    let input = try workspace.copy("digits_cnn", as: "cnn.tflite")
    for (command, outputs) in Self.writers {
      let base = command.map { ["MODEL": input, "SAMPLES": samples][$0] ?? $0 }
      let new = command[0] == "calibrate" || command[0] == "operators" ? "" : "new"
      for output in outputs {
        let old = try workspace.write("precious", to: "old")
        let others = output == "-o" || new.isEmpty ? [] : ["-o", workspace.path("new")]
        let takesOthers = ["quantize", "prune", "pipeline"].contains(command[0])
        let arguments = base + (takesOthers ? others : []) + ["\(output)=\(old)"]
        let run = Tool.run(arguments)
        #expect(run.code == 64, "\(arguments)")
        #expect(run.error == "error: '\(old)' exists already\nhelp: --force overwrites it\n")
        #expect(
          run.output.isEmpty && workspace.names == ["cnn.tflite", "model.tflite", "old"].sorted(),
          "\(arguments)")
        #expect(workspace.bytes("old") == Data("precious".utf8))
        let forced = Tool.run(arguments + ["--force"])
        #expect([0, 3].contains(forced.code), "\(arguments) \(forced.error)")
        #expect(forced.code == 3 || workspace.bytes("old") != Data("precious".utf8))
        for name in ["old", "new"] where workspace.names.contains(name) {
          try FileManager.default.removeItem(atPath: workspace.path(name))
        }
      }
    }
  }

  @Test func `No output replaces a file that is read, with --force either`() throws {
    let input = try workspace.copy("digits_cnn", as: "cnn.tflite")
    let out = workspace.path("out.tflite")
    let plan = try workspace.write(#"{"version": 1, "step": {"mode": "dynamic"}}"#, to: "p.json")
    let recipe = try workspace.write("{}", to: "r.json")
    let samples = try workspace.write(
      Array(Data(contentsOf: URL(fileURLWithPath: Fixtures.samples + "/digits.npz"))),
      to: "digits.npz")
    let quantize = ["quantize", input, "-o", out, "--force", "--mode", "dynamic"]
    for arguments in [
      quantize + ["--plan", plan, "--json", plan],
      quantize + ["--plan", plan, "--save-plan", plan],
      quantize + ["--rep-data", samples + ":x", "--html", samples],
      quantize + ["--rep-data", samples + ":x", "--labels", samples + ":y", "--json=" + samples],
      ["quantize", input, "--mode", "dynamic", "--rep-data", samples, "-o", samples, "--force"],
      ["pipeline", input, "--recipe", recipe, "--save-recipe", recipe, "--force"],
      ["calibrate", input, "--rep-data", samples + ":x", "-o", samples, "--force"],
      ["calibrate", input, "--calibration", plan, "-o", plan, "--force"],
      ["evaluate", input, "--rep-data", samples + ":x", "--labels", samples + ":y"]
        + ["--json=" + samples],
    ] {
      let run = Tool.run(arguments)
      let isRefused = run.error.contains("would replace") || run.error.contains("steps")
      #expect(run.code == 64 && isRefused, "\(arguments) \(run.error)")
      #expect(workspace.names == ["cnn.tflite", "digits.npz", "model.tflite", "p.json", "r.json"])
    }
  }

  @Test func `A sample in a folder is a file that is read`() throws {
    try workspace.makeFolder("samples")
    let sample = try workspace.write("x", to: "samples/a.npy")
    let run = Tool.run(
      "calibrate", model, "--rep-data", workspace.path("samples"), "-o", sample, "--force")
    #expect(run.code == 64 && run.error.contains("would replace a sample of"))
    #expect(workspace.bytes("samples/a.npy") == Data("x".utf8))
  }

  @Test func `Standard output takes one file`() {
    for (options, first, second) in [
      (["-o", "-", "--json"], "the model", "--json"),
      (["-o", "-", "--html", "-"], "the model", "--html"),
      (["--json", "--html=-"], "--json", "--html"),
      (["--json=-", "--save-plan", "-"], "--save-plan", "--json"),
    ] {
      let run = Tool.run(["quantize", model, "--mode", "dynamic"] + options)
      #expect(run.code == 64 && run.output.isEmpty)
      #expect(
        run.error.hasPrefix("error: both \(first) and \(second) would go to standard output\n"),
        "\(run.error)")
      #expect(workspace.names == ["model.tflite"])
    }
  }

  @Test func `A pipe is not replaced by a file`() throws {
    let pipe = workspace.path("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    // Someone must read, or whoever opens the pipe waits.
    let descriptor = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(descriptor) }
    for arguments in [
      ["quantize", model, "--mode", "dynamic", "-o", pipe, "--force", "--quiet"],
      ["inspect", model, "--json=" + pipe],
    ] {
      let run = Tool.run(arguments)
      #expect([0, 4, 64].contains(run.code), "\(arguments)")
      let attributes = try FileManager.default.attributesOfItem(atPath: pipe)
      #expect(attributes[.type] as? FileAttributeType != .typeRegular, "\(arguments)")
    }
    #expect(workspace.names == ["model.tflite", "pipe"])
  }

  @Test(
    "Lost output is an error", .enabled(if: Executable.path != nil),
    arguments: [
      ["inspect", "MODEL"], ["inspect", "MODEL", "--json"], ["report", "MODEL", "--json"],
      ["report", "MODEL"], ["quantize", "MODEL", "--mode", "dynamic", "--json", "--quiet"],
    ])
  func lostOutput(arguments: [String]) throws {
    let device = URL(fileURLWithPath: "/dev/full")
    guard FileManager.default.fileExists(atPath: device.path) else { return }
    let run = try Executable.run(
      arguments.map { $0 == "MODEL" ? model : $0 }, in: workspace.folder, output: device)
    #expect(run.code == 4)
    #expect(run.error.contains("no space left on device"))
  }

  @Test(
    "A gate holds for standard output and for a dry run too", .enabled(if: Executable.path != nil))
  func gates() throws {
    let output = workspace.folder.appending(path: "streamed")
    for gate in [["--max-size", "1k"], ["--max-download", "1k"], ["--max-runtime", "1.5.0"]] {
      let run = try Executable.run(
        ["quantize", model, "--mode", "dynamic", "-o", "-"] + gate, in: workspace.folder,
        output: output)
      #expect(run.code == 1 || run.code == 64, "\(gate)")
      #expect(workspace.bytes("streamed")?.isEmpty == true, "\(gate)")
      try FileManager.default.removeItem(at: output)
      let dry = Tool.run(["quantize", model, "--mode", "dynamic", "--dry-run"] + gate)
      #expect(dry.code == 1 || dry.code == 64, "\(gate)")
    }
  }
}
