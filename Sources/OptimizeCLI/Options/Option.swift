import Platform
import Targets

/// An option of a command.
struct Option: Sendable {
  enum Value: Sendable {
    case none
    /// The placeholder in help texts, such as "FILE".
    case required(String)
    /// A value only as `--name=VALUE`, or as a next argument that ends with `suffix`.
    case optional(String, suffix: String)
    /// A value only as `--name=VALUE`, or as a next argument that is clearly a pattern.
    case pattern(String)

    var placeholder: String? {
      switch self {
      case .none: nil
      case .required(let text), .optional(let text, _), .pattern(let text): text
      }
    }
  }

  /// What happens to the file that a value names.
  enum FileUse: Sendable { case read, written, folder }

  /// The long name, with its dashes.
  let name: String
  /// The one-letter name, with its dash.
  let short: String?
  let value: Value
  let help: String
  /// Nil if the value names no file.
  let file: FileUse?

  init(_ name: String, short: String? = nil, _ help: String) {
    self.init(name, short: short, .none, help)
  }

  /// A value with the placeholder FILE or DIR is read unless `file` says otherwise.
  init(
    _ name: String, short: String? = nil, _ value: Value, _ help: String, file: FileUse? = nil
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.help = help
    self.file = file ?? (value.placeholder.map(Self.namesPath) == true ? .read : nil)
  }

  /// Whether a value with this placeholder is a path.
  static func namesPath(_ placeholder: String) -> Bool {
    placeholder.holds("FILE") || placeholder.holds("DIR")
  }

  /// The short name, if there is one, then the long one.
  var names: [String] { [short, name].compactMap { $0 } }

  var takesValue: Bool { value.placeholder != nil }

  /// Whether the next argument is always its value.
  var takesRequiredValue: Bool { if case .required = value { true } else { false } }

  var usage: String {
    let names = names.joined(separator: ", ")
    return switch value {
    case .none: names
    case .required(let placeholder): "\(names) \(placeholder)"
    case .optional(let placeholder, _), .pattern(let placeholder): "\(names) [\(placeholder)]"
    }
  }
}

/// All options of the command line except those of steps; each command lists the ones that it
/// takes.
enum Options {
  static let minSparsity = Option(
    "--min-sparsity", .required("S"), "gate: share of zeros in the weights that were pruned")

  static let calibration = Option(
    "--calibration", .required("FILE"),
    "statistics that 'calibrate' wrote; several files are added up (repeatable)")
  static let holdout = Option(
    "--holdout", .required("FRACTION"),
    "share of the samples that are held out to judge the result")

  static let whatIf = Option(
    "--what-if", "sizes and errors for several choices; nothing is written")
  static let savePlan = Option(
    "--save-plan", .required("FILE"),
    "write the encodings that were chosen as a file for --plan", file: .written)
  static let recipe = Option(
    "--recipe", .required("FILE"), "the steps, from a JSON file that --save-recipe wrote")
  static let saveRecipe = Option(
    "--save-recipe", .required("FILE"), "write the steps as a JSON file for --recipe",
    file: .written)

  static let output = Option(
    "--output", short: "-o", .required("FILE"), "where to write; '-' is standard output",
    file: .written)
  static let outputDirectory = Option(
    "--output-dir", .required("DIR"), "where results go, also those of several models",
    file: .folder)
  static let json = Option(
    "--json", .optional("FILE", suffix: ".json"),
    "the report as JSON, on standard output unless a .json file follows", file: .written)
  static let html = Option(
    "--html", .required("FILE"), "the report as one HTML file", file: .written)
  static let markdown = Option(
    "--markdown", .required("FILE"),
    "a summary for a pull request; '-' is standard output", file: .written)
  static let dryRun = Option("--dry-run", "say what would be done, write nothing")
  static let force = Option("--force", "overwrite existing outputs")
  static let allowUnchanged = Option(
    "--allow-unchanged", "write a copy and exit 0 when there was nothing to do")
  static let allowLarger = Option("--allow-larger", "write the result even if it is larger")
  static let writeOnInterrupt = Option(
    "--write-on-interrupt", "Ctrl-C ends the search and writes the best of what was tried")
  static let writeOnFail = Option("--write-on-fail", "write the result even if a gate fails")
  static let keepFloat = Option(
    "--keep-float", .required("GLOB"), "do not quantize these tensors (repeatable)")
  static let skip = Option(
    "--skip", .required("GLOB"), "leave these tensors alone; op:KIND means operators (repeatable)")
  static let only = Option(
    "--only", .required("GLOB"), "change only these tensors; op:KIND means operators (repeatable)")
  static let threads = Option("--threads", .required("N"), "threads to use (default: all cores)")
  static let quiet = Option("--quiet", short: "-q", "print errors only")
  static let verbose = Option("--verbose", short: "-v", "list every tensor")
  static let maxMemory = Option(
    "--max-memory", .required("BYTES"), "memory that decoding, running and searching may take")
  static let dropUnknown = Option(
    "--drop-unknown", "drop fields that this version does not know instead of refusing the file")

  static let section = Option(
    "--section", .required("NAME"),
    "the model of a container (.task, .litertlm) that is meant; changes reach all models without it "
      + "(repeatable)")

  static let maxSize = Option("--max-size", .required("BYTES"), "gate: size of the output")
  static let maxDownload = Option(
    "--max-download", .required("BYTES"), "gate: size of the output under deflate level 6")
  static let runtime = Option(
    "--runtime", .required("VERSION"),
    "use only what this release of the runtime has, say what that costs, and gate on it")
  static let maxRuntime = Option(
    "--max-runtime", .required("VERSION"), "gate: the least runtime that loads the output")

  static let baseline = Option(
    "--baseline", .required("FILE"), "an earlier report as JSON, whose sizes are limits")
  static let maxGrowth = Option(
    "--max-growth", .required("X%|BYTES"),
    "gate: what sizes may exceed the baseline's by (default 0%)")

  static let repData = Option(
    "--rep-data", .required("DIR"),
    "samples: a folder, or one file with a batch; several add up (repeatable); KEY=DIR for each of "
      + "several signatures")
  static let maxSamples = Option("--max-samples", .required("N"), "use at most N of the samples")
  static let skipBad = Option(
    "--skip-bad", "leave out samples that cannot be read, and say how many and why")
  static let maxError = Option(
    "--max-error", .required("X"), "gate: relative L2 error of the worst output")
  static let minSqnr = Option(
    "--min-sqnr", .required("DB"), "gate: signal to noise of the worst output, in dB")
  static let minAgreement = Option(
    "--min-agreement", .required("PERCENT"), "gate: rows of outputs with the same argmax")
  static let mean = Option(
    "--mean", .required("X[,X,X]"),
    "images, sound: subtracted; one number, or one for each channel")
  static let std = Option(
    "--std", .required("X[,X,X]"),
    "images, sound: then divided by; one number, or one for each channel")
  static let scale = Option(
    "--scale", .required("X"), "images, sound: multiplied by first; pixels are 0 to 255")
  static let layout = Option(
    "--layout", .required("nhwc|nchw"),
    "where the channels of images are (default: as in the input's shape)")
  static let color = Option(
    "--color", .required("rgb|bgr|gray"), "the channels of images (default: rgb, or gray for one)")
  static let rate = Option(
    "--rate", .required("HZ"),
    "sound: the rate that the model takes (default: as its metadata say, else the sound's)")
  static let labels = Option(
    "--labels", .required("FILE|folders"),
    "classes of the samples: npy, FILE.npz:ARRAY, text or CSV with file,label; or 'folders'")
  static let labelNames = Option(
    "--label-names", .required("FILE"), "names of the classes, one a line")
  static let maxDrop = Option(
    "--max-drop", .required("POINTS"), "gate: what top-1 accuracy may lose, in percentage points")
  static let input = Option(
    "--input", .required("[NAME=]FILE"),
    "npy, npz, image, WAV, CSV or raw file of an input; unnamed ones go in order (repeatable)")
  static let outputFolder = Option(
    "--output", short: "-o", .required("DIR"),
    "where 0.npy, 1.npy, … go, in output order; '-' is standard output", file: .folder)
  static let top = Option(
    "--top", .required("N"), "print the N classes of the greatest values, with their names")
  static let classNames = Option(
    "--labels", .required("FILE"),
    "for --top: names of the classes, one a line (default: the model's own list)")
  static let format = Option(
    "--format", .required("npy|json|csv|text"),
    "form of what is written (default: npy in a folder, text on standard output)")
  static let runs = Option("--runs", .required("N"), "timed runs (default 50)")
  static let target = Option(
    "--target", .required("T[,T…]"),
    "the chips or runtimes to judge: " + Target.all.map(\.name).joined(separator: ", ")
      + " (repeatable)")
  static let requireFull = Option(
    "--require-full", "gate: every operator runs on every target that was named")
  static let kernels = Option(
    "--kernels", .required("litert|tflm"),
    "whose rounding integers get: LiteRT's reference kernels or TensorFlow Lite Micro's "
      + "(default litert)")
  static let perOperator = Option("--per-operator", "a table of every operator's time")
  static let signature = Option(
    "--signature", .required("KEY"), "the signature to run (default: the first subgraph)")

  static let level = Option("--level", .required("6|9"), "deflate level to measure (default 6)")
  static let tensors = Option("--tensors", "list all tensors")
  static let operators = Option("--operators", "list all operators")

  static let integerMode = Option(
    "--mode", .required("int8|int16x8"), "activations of this type alone (default both)")
  static let weights = Option(
    "--weights", .required("int8|int4"),
    "weights of this type alone (default int8, and int4 with int8 activations)")
  static let time = Option(
    "--time", .required("TIME"), "how long to try, such as 90s, 10m or 2h (default 3m)")

  static let man = Option("--man", "all of help as a man page, in troff")

  /// The options of every command that writes a model.
  static let common: [Option] =
    [
      output, outputDirectory, json, html, markdown, dryRun, force, allowUnchanged, allowLarger,
      writeOnFail,
      keepFloat, skip,
      only, section, threads, quiet, verbose, maxMemory, dropUnknown, runtime, maxSize, maxDownload,
      maxRuntime,
      minSparsity, repData, maxSamples, skipBad, holdout, maxError, minSqnr, minAgreement,
      signature,
    ] + preparation + [labels, labelNames, maxDrop]

  /// The options that say how images and sound become inputs.
  static let preparation: [Option] = [mean, std, scale, layout, color, rate]
}
