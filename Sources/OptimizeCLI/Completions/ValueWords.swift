import Optimizer
import Platform
import Targets

/// What a shell offers for a value.
struct ValueWords {
  let words: [String]
  /// Whether it offers files: all of them if there are no suffixes.
  let takesFiles: Bool
  /// The ends of the files' names, such as ".json".
  let suffixes: [String]

  init(words: [String] = [], takesFiles: Bool = false, suffixes: [String] = []) {
    (self.words, self.takesFiles, self.suffixes) = (words, takesFiles, suffixes)
  }

  static let models = ValueWords(
    takesFiles: true, suffixes: [".tflite", ".lite", ".task", ".litertlm", ".bin"])

  /// Values that the option's placeholder does not list.
  private static let known: [String: [String]] = [
    "--target": Target.all.map(\.name),
    "--mode": QuantizeStep.Mode.allCases.map(\.rawValue),
    "--range": ["auto", "minmax", "percentile", "mse", "entropy", "ema"],
    "--pattern": ["unstructured", "2:4", "block:1x4", "block:1x16", "channels"],
    "--effort": ["0", "1", "2", "3"],
    "--io": ["float32", "int8", "int16", "uint8"],
    "--keep-float": ["op:"], "--only": ["op:"], "--skip": ["op:"],
  ]

  private static let endings: [String: [String]] = [
    "--json": [".json"], "--plan": [".json"], "--save-plan": [".json"], "--recipe": [".json"],
    "--save-recipe": [".json"], "--calibration": [".json"], "--baseline": [".json"],
    "--markdown": [".md"], "--html": [".html"],
  ]

  init(of option: Option) {
    let forms = option.value.placeholder?.split(separator: "|") ?? []
    let listed = forms.filter { $0.allSatisfy { $0.isLowercase || $0.isNumber } && forms.count > 1 }
    self.init(
      words: Self.known[option.name] ?? listed.map(String.init), takesFiles: option.file != nil,
      suffixes: Self.endings[option.name] ?? [])
  }

  /// Returns what the shell offers for the operands of a command.
  static func operands(of command: Command, _ table: CommandTable) -> ValueWords {
    switch command.operands {
    case let text where text.holds("STEP"):
      return ValueWords(
        words: table.catalog.steps.map { $0.name }, takesFiles: true, suffixes: models.suffixes)
    case let text where text.holds("MODEL"): return models
    case "[COMMAND]": return ValueWords(words: table.all.map { $0.name })
    case let text: return ValueWords(words: text.split(separator: "|").map { String($0) })
    }
  }
}
