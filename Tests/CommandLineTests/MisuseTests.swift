import Foundation
import TestSupport
import Testing

/// What people get wrong beyond a typing error, each with its exit code; a snapshot, read by people,
/// judges the words.
@Suite struct MisuseTests {
  /// MODEL, HALF and CNN are models, TEXT and TAKEN other files, SAMPLES digits for CNN; FOLDER holds all
  /// of them and an empty folder.
  static let lines: [(code: Int32, line: String)] = [
    (64, "MODEL"), (64, "MODEL --mode int8 --rep-data x"), (64, "--mode int8 MODEL"),
    (64, "-q quantize MODEL"), (64, "check MODEL"), (64, "auto"), (64, "auto MODEL other"),
    (64, "auto MODEL --time soon"), (64, "fix MODEL --rules layuot"),
    (64, "sensitivity MODEL"), (64, "sensitivity CNN --rep-data SAMPLES --mode int9"),
    (64, "sensitivity CNN --rep-data SAMPLES --weights int2"),
    (64, "quantize MODEL --mode int8 --form int16x8"),
    (64, "quantize MODEL --mode int8 --form int9=0"),
    (64, "quantize MODEL --mode int4"), (64, "quantize MODEL --mode float32"),
    (64, "quantize MODEL --mode INT8"), (64, "quantize MODEL -mode int8"),
    (64, "quantize MODEL int8"),
    (64, "quantize MODEL --mode dynamic -o=--dry-run"),
    (64, "quantize MODEL --mode dynamic -o --force"),
    (64, "quantize MODEL --mode dynamic --output"),
    (64, "quantize MODEL --mode dynamic --dryrun"), (64, "quantize MODEL --mode dynamic -qx"),
    (64, "quantize MODEL --mode dynamic --threads --quiet"),
    (64, "quantize MODEL --mode dynamic -o TAKEN"),
    (64, "quantize MODEL --mode dynamic -o TAKEN --json=TEXT"),
    (64, "quantize MODEL --mode dynamic -o OUT --html TAKEN"),
    (64, "quantize MODEL --mode dynamic -o OUT --html OUT"),
    (64, "quantize MODEL --mode dynamic -o OUT --save-plan MODEL --force"),
    (64, "pipeline MODEL rewrite --save-recipe TAKEN"), (64, "inspect MODEL --json=TAKEN"),
    (64, "report MODEL --html MODEL --force"), (64, "compare MODEL MODEL --json=FOLDER"),
    (64, "compare MODEL MODEL --html - --json"), (64, "operators --json=TAKEN"),
    (64, "calibrate CNN --rep-data SAMPLES -o TAKEN"), (64, "calibrate CNN --rep-data SAMPLES"),
    (64, "calibrate CNN --rep-data TEXT -o TEXT --force"), (64, "calibrate CNN -o OUT"),
    (4, "quantize MODEL --mode dynamic -o FOLDER/no/out.tflite"),
    (4, "bench MODEL --json=FOLDER/no/r.json"),
    (4, "quantize MODEL --mode dynamic --output-dir FOLDER/no/such"),
    (2, "quantize TEXT --mode dynamic"), (2, "quantize FOLDER --mode dynamic"),
    (2, "quantize FOLDER/missing.tflite --mode dynamic"), (2, "inspect TEXT"),
    (2, "quantize CNN --mode int8 --rep-data FOLDER/none"),
    (2, "quantize CNN --mode int8 --rep-data TEXT"),
    (2, "quantize CNN --mode int8 --rep-data FOLDER/empty"),
    (2, "quantize CNN --mode int8 --calibration TEXT"),
    (64, "quantize MODEL --plan TEXT --mode dynamic"), (64, "pipeline MODEL --recipe TEXT"),
    (2, "pipeline MODEL --recipe FOLDER/none.json"), (64, "pipeline MODEL TAKEN"),
    (3, "quantize HALF --mode float16 --quiet"),
    (1, "quantize HALF --mode float16 --max-size 1k --quiet"),
    (1, "quantize CNN --mode dynamic --max-size 1 --quiet"),
    (1, "report MODEL --max-size 1 --quiet"), (64, "quantize MODEL --mode dynamic --max-size 2mb"),
    (64, "report MODEL --max-growth 2%"), (2, "report MODEL --baseline TEXT"),
    (2, "report MODEL --baseline TAKEN"), (64, "report MODEL --baseline"),
    (64, "quantize MODEL MODEL --mode dynamic"), (64, "quantize MODEL CNN --mode dynamic -o OUT"),
    (64, "quantize MODEL CNN --mode dynamic --output-dir TEXT"),
    (64, "quantize MODEL CNN --mode dynamic --html OUT"),
    (64, "quantize - CNN --mode dynamic"), (2, "compare MODEL CNN"), (64, "debug CNN CNN"),
    (64, "evaluate CNN"), (64, "evaluate CNN --rep-data SAMPLES"),
    (64, "run CNN --output FOLDER/o --input"), (64, "run CNN -o TEXT"),
    (64, "help nothing"), (64, "help --mann"), (64, "prune MODEL --sparsity 50%"),
    (64, "prune MODEL --sparsity 50"), (64, "cluster MODEL --clusters many"),
    (64, "quantize MODEL --mode dynamic --threads 1.5"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --holdout 2"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --std 0"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --layout hwc"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --color RGB"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --range max"),
    (64, "quantize CNN --mode int8 --rep-data SAMPLES --effort 9"),
    (64, "quantize CNN --mode dynamic -o OUT --skip op:CONV2D"),
    (64, "quantize CNN --mode dynamic --keep-float"), (64, "bench MODEL --runs=1e3"),
  ]

  /// The models of the folder in which tests run are left out: the README's first command writes one.
  private static func withoutModels(_ error: String) -> String {
    let usage = "optimize <command> MODEL [options]; "
    return error.components(separatedBy: "\n").map { line in
      line.range(of: usage).map { line[..<$0.upperBound] + "…" } ?? line
    }.joined(separator: "\n")
  }

  @Test func `Every misuse has its exit code and its words, and writes nothing`() throws {
    #expect(Self.lines.count >= 50)
    let workspace = try Workspace()
    let names: KeyValuePairs = [
      "MODEL": try workspace.copy("bmm"), "CNN": try workspace.copy("digits_cnn", as: "cnn.tflite"),
      "HALF": try workspace.copy("digits_cnn_float16", as: "half.tflite"),
      "TEXT": try workspace.write("some text\n", to: "notes.txt"),
      "TAKEN": try workspace.write("{\"old\": true}\n", to: "old.json"),
      "OUT": workspace.path("out.tflite"), "FOLDER": workspace.folder.path,
      "SAMPLES": Fixtures.samples + "/digits.npz:x",
    ]
    try workspace.makeFolder("empty")
    let before = workspace.names
    let contents = before.map(workspace.bytes)
    var texts: [String] = []
    for (code, line) in Self.lines {
      let arguments = line.split(separator: " ").map { word in
        names.reduce(String(word)) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
      }
      let run = Tool.run(arguments)
      #expect(run.code == code, "\(line): \(run.error)")
      #expect(run.output.isEmpty, "\(line)")
      #expect(run.error.hasPrefix("error: ") && run.error.hasSuffix("\n"), "\(line)")
      #expect(workspace.names == before && before.map(workspace.bytes) == contents, "\(line)")
      let error = workspace.neutral(Self.withoutModels(run.error))
      texts.append("$ optimize \(line)\n\(error)exit \(run.code)\n")
    }
    #expect(Snapshot.difference(texts.joined(separator: "\n"), from: "misuse") == nil)
  }
}
