import Optimizer
import Pipelines
import Platform

/// What several pages of help say.
enum HelpTopics {
  static let exitCodesTitle = "exit codes"

  static let exitCodes: [(term: String, text: String)] = [
    ("0", "done, every gate met"),
    ("1", "a gate failed; nothing is written without --write-on-fail"),
    ("2", "the model or the samples are unreadable, corrupt or unfit"),
    (
      "3",
      "nothing to do or to gain; nothing is written without --allow-unchanged or --allow-larger"
    ),
    ("4", "the output could not be verified or written"),
    (
      "64",
      "wrong usage: also an existing output without --force, and a rule that matches nothing"
    ),
    ("70", "a bug in this tool"),
  ]

  static let samples: [(term: String, text: String)] = [
    ("a folder of files", "one file for each sample: npy, npz, png, jpg, bmp, ppm, wav, csv, raw"),
    ("a folder of folders", "one for each sample, or one for each input; files have input names"),
    ("one file", "a batch, whose first axis counts the samples; FILE.npz:ARRAY picks an array"),
  ]

  static let samplesNote =
    "Inputs are matched by name, then by position. Images and sound become what the input takes by "
    + list(Options.preparation.map(\.name), "and")
    + ", or by the model's metadata; the report says how."

  static let rules =
    "A rule is a pattern of tensor names (* and ?), or op:KIND, such as op:CONV_2D. One that "
    + "matches nothing is an error."

  /// Returns what MODEL may be, and where the result goes.
  static func files(of command: Command, _ catalog: StepCatalog) -> String? {
    guard command.operands.holds("MODEL") else { return nil }
    var text = "MODEL is a .tflite file, a container of models (.task, .litertlm), or - for "
    text += "standard input."
    guard command.options.contains(where: { $0.name == Options.outputDirectory.name }) else {
      return text
    }
    let suffixes = suffixes(of: command, catalog).map { "model.\($0).tflite" }
    text +=
      " Without -o the result of model.tflite is \(list(suffixes, "or")) beside it; that of standard "
    text += "input goes to standard output, as with -o -. Several models are worked on at once, as "
    text += "many as there are threads, with one report; --output-dir takes their results. A "
    text += "container is written anew around its models, everything else in it byte for byte."
    return text
  }

  private static func suffixes(of command: Command, _ catalog: StepCatalog) -> [String] {
    guard let type = catalog.steps.first(where: { $0.name == command.name }) else {
      return ["optimized"]
    }
    func all<Kind: Step>(_ kind: Kind.Type) -> [String] { kind.variants.map(\.suffix) }
    var suffixes: [String] = []
    for suffix in all(type) where !suffixes.contains(suffix) { suffixes.append(suffix) }
    return suffixes
  }

  private static func list(_ words: [String], _ conjunction: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
  }
}
