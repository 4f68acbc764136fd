import Foundation
import Samples
import TFLite
import TestSupport
import Testing

/// Labels come from the fixtures' archive; top-1 is counted once more from what `run` writes.
@Suite struct EvaluateTests {
  private let workspace: Workspace
  private let model = Fixtures.path("digits_cnn")
  private let dynamic = Fixtures.path("digits_cnn_dynamic")
  private let samples = Fixtures.samples + "/digits.npz:x"
  private let labels = Fixtures.samples + "/digits.npz:y"

  init() throws { workspace = try Workspace() }

  @Test func `Top-1 is what the outputs of run say`() throws {
    let run = Tool.run("evaluate", model, "--rep-data", samples, "--labels", labels, "--json")
    #expect(run.code == 0 && run.error.isEmpty, "\(run.error)")
    let accuracy = try #require(parsed(run.output)["accuracy"] as? [String: Any])
    let top1 = try #require(accuracy["top1"] as? [String: Any])
    #expect(accuracy["classes"] as? Int == 10)
    let count = try #require(accuracy["samples"] as? Int)
    let share = try #require(top1["accuracy"] as? Double)
    let correct = try #require(top1["correct"] as? Int)
    #expect(share == Double(correct) / Double(count))
    let (low, high) = (top1["low"] as? Double ?? 1, top1["high"] as? Double ?? 0)
    #expect(low < share && high <= 1 && low > 0.5)
    let text = Tool.run("evaluate", model, "--rep-data", samples, "--labels", labels)
    #expect(text.output.contains("(\(correct) of \(count); 95 % confidence: "), "\(text.output)")
    #expect(text.output.contains("  top-5  "))
  }

  @Test func `A comparison with labels tells the drop and judges it`() throws {
    let arguments = ["compare", model, dynamic, "--rep-data", samples, "--labels", labels]
    let run = Tool.run(arguments + ["--max-drop", "0.5"])
    #expect(run.code == 0 && run.output.contains("  top-1 "), "\(run.output)\(run.error)")
    let broken = try workspace.brokenClassifier()
    let failed = Tool.run(
      "compare", model, broken, "--rep-data", samples, "--labels", labels, "--max-drop", "0.5")
    #expect(failed.code == 1 && failed.error.contains("gate max-drop failed: "), "\(failed.error)")
    let quantized = Tool.run(
      "quantize", model, "--mode", "dynamic", "--rep-data", samples, "--labels", labels,
      "--max-drop", "1", "-o", workspace.path("o.tflite"), "--json=\(workspace.path("o.json"))")
    #expect(quantized.code == 0 && quantized.error.contains("top-1"), "\(quantized.error)")
    let report = try parsed(#require(workspace.bytes("o.json")))
    let quality = try #require(report["quality"] as? [String: Any])
    #expect((quality["top1"] as? [String: Any])?["drop"] is Double)
  }

  @Test func `Labels that do not match are refused in words`() throws {
    let few = try workspace.write("1\n2\n", to: "few.txt")
    let run = Tool.run("evaluate", model, "--rep-data", samples, "--labels", few)
    #expect(run.code == 2 && run.error.hasPrefix("error: labels do not match: "))
    let folders = Tool.run("evaluate", model, "--rep-data", samples, "--labels", "folders")
    #expect(folders.code == 2 && folders.error.contains("are not in a folder for each class"))
    for missing in [["--rep-data", samples], ["--labels", labels], []] {
      #expect(Tool.run(["evaluate", model] + missing).code == 64)
    }
    #expect(Tool.run("compare", model, dynamic, "--max-drop", "1").code == 64)
    let blind = Tool.run("compare", model, dynamic, "--mean", "1")
    #expect(blind.code == 64 && blind.error.contains("--mean needs representative data"))
  }

  /// Two digits, each in a folder.
  private func digits(zero: String, seven: String) throws -> String {
    for (file, folder) in [("00_label0.npy", zero), ("03_label7.npy", seven)] {
      let bytes = try Data(
        contentsOf: URL(fileURLWithPath: "\(Fixtures.samples)/digits/\(file)"))
      try workspace.write([UInt8](bytes), to: "\(zero)-\(seven)/\(folder)/\(file)")
    }
    return workspace.path("\(zero)-\(seven)")
  }

  @Test func `Folders that nothing maps to classes are refused, with the way out`() throws {
    let pets = try digits(zero: "cat", seven: "dog")
    func evaluate(_ model: String, _ more: String...) -> CapturedRun {
      Tool.run(["evaluate", model, "--rep-data", pets, "--labels", "folders"] + more)
    }
    let refused = evaluate(model)
    #expect(refused.code == 2)
    #expect(
      workspace.neutral(refused.error) == """
        error: labels do not match: '<folder>/cat-dog' has 2 folders for the 10 classes of the \
        model, and nothing says which class each is
        note: sorted, they would be 'cat' = 0, 'dog' = 1
        help: pass the names of all classes, one a line in the model's order, with --label-names \
        FILE, or name the folders by class numbers

        """)
    let names = try workspace.write("0 cat\n7 dog\n", to: "names.txt")
    let mapped = evaluate(model, "--label-names", names)
    #expect(mapped.code == 0 && mapped.output.contains("  top-1  100.00 %"), "\(mapped.error)")
    #expect(mapped.output.contains("  classes of folders: 'cat' = 0, 'dog' = 7\n"))
    let few = try workspace.write("cat\ndog\n", to: "names.txt")
    let short = evaluate(model, "--label-names", few)
    #expect(short.code == 2 && short.error.contains("has 2 class names, but the model has 10"))
    #expect(short.error.contains("help: pass one name a line for each class"))
    // The other commands that take labels.
    for command in [["compare", model, dynamic], ["quantize", model, "--mode", "dynamic"]] {
      let run = Tool.run(command + ["--rep-data", pets, "--labels", "folders"])
      #expect(run.code == 2 && run.error == refused.error, "\(run.error)")
    }
    let own = evaluate(Fixtures.path("digits_with_labels"))
    #expect(own.code == 2 && own.error.contains("not among the class names of 'labels.txt'"))
  }

  @Test func `Folders map by numbers and by the names that the model contains`() throws {
    for (zero, seven) in [("0", "7"), ("zero", "Seven")] {
      let run = Tool.run(
        "evaluate", Fixtures.path("digits_with_labels"), "--rep-data",
        try digits(zero: zero, seven: seven), "--labels", "folders", "--json")
      #expect(run.code == 0, "\(run.error)")
      let accuracy = try #require(parsed(run.output)["accuracy"] as? [String: Any])
      let folders = try #require(accuracy["folders"] as? [[String: Any]])
      #expect(Set(folders.map { $0["class"] as? Int }) == [0, 7])
      #expect((accuracy["top1"] as? [String: Any])?["correct"] as? Int == 2)
    }
  }

  @Test func `Labels that count from another number are told`() throws {
    let file = try ArrayFile(path: Fixtures.samples + "/digits.npz")
    let classes = try file.array(named: "y").bytes.elements(Int64.self).map(Int.init)
    func evaluate(_ labels: [Int]) throws -> CapturedRun {
      let text = labels.map { "\($0)\n" }.joined()
      return Tool.run(
        "evaluate", model, "--rep-data", samples, "--labels",
        try workspace.write(text, to: "l.txt"))
    }
    let beyond = try evaluate(classes.map { $0 + 1 })
    #expect(beyond.code == 2 && beyond.error.contains("but the model has 10 classes, from 0 to 9"))
    #expect(beyond.error.contains("note: they seem to count from 1"), "\(beyond.error)")
    let shifted = try evaluate(classes.map { ($0 + 1) % 10 })
    #expect(shifted.code == 0)
    #expect(shifted.error.hasPrefix("warning: with labels one lower, "), "\(shifted.error)")
    #expect(try evaluate(classes).error.isEmpty)
  }

  @Test func `Images become inputs, and how is said`() throws {
    var pixels = Array("P5 16 16 255\n".utf8)
    pixels += (0..<256).map { UInt8($0) }
    try Data(pixels).write(to: workspace.folder.appending(path: "a.pgm"))
    let image = workspace.path("a.pgm")
    let run = Tool.run(
      "run", model, "--input", image, "--output", workspace.path("o"), "--std", "16")
    #expect(run.code == 0, "\(run.error)")
    #expect(run.error.contains("note: input 'input': images become gray 16 × 16"))
    #expect(run.error.contains("pixel / 16, as asked for"))
    let compared = Tool.run("compare", model, dynamic, "--rep-data", image)
    #expect(compared.code == 0 && compared.output.contains("(pixel − 127.5) / 127.5, assumed"))
    for wrong in [["--std", "0"], ["--mean", "a"], ["--layout", "nwhc"], ["--scale", "1,2"]] {
      let arguments = ["compare", model, dynamic, "--rep-data", image] + wrong
      #expect(Tool.run(arguments).code == 64)
    }
  }
}
