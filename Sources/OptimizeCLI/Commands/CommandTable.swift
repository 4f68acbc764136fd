import Optimizer
import Pipelines
import Platform
import TFLiteOptimizer

/// A command of the tool.
struct Command: Sendable {
  let name: String
  /// The operands that follow the name, such as "MODEL [OTHER]".
  let operands: String
  let summary: String
  let options: [Option]
  /// Examples of the command, without the tool's name.
  var examples: [String] = []
  let run: @Sendable (Invocation) throws -> ExitCode
}

/// The available commands.
struct CommandTable: Sendable {
  /// The steps that pipelines take; some are commands too.
  let catalog: StepCatalog
  let all: [Command]

  init(_ catalog: StepCatalog) {
    self.catalog = catalog
    let steps = catalog.steps.filter { $0.command != nil }
      .sorted { ($0.command?.rank ?? 0) < ($1.command?.rank ?? 0) }
    all = steps.compactMap { Command($0) } + Self.others
  }

  /// Returns the error for a command that does not exist.
  func unknown(_ name: String, kind: String = "command") -> String {
    let suggestion = closest(to: name, among: all.map(\.name))
    return "unknown \(kind) '\(name)'" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
  }

  /// Whether a file of that name is a model.
  static func isModelName(_ path: String) -> Bool {
    ValueWords.models.suffixes.contains { path.hasSuffix($0) }
  }

  /// Returns the error for a word in the place of a command; `arguments` begin with it.
  func unknownCommand(_ name: String, _ arguments: [String]) -> UsageFault {
    let kind = name.hasPrefix("-") ? "option" : "command"
    let word = String(name.prefix { $0 != "=" })
    if let owner = all.first(where: { $0.options.contains { $0.names.contains(word) } }) {
      let command = arguments.first { word in all.contains { $0.name == word } } ?? owner.name
      let rest = arguments.filter { $0 != command }.joined(separator: " ")
      return UsageFault(
        "option '\(word)' stands before the command",
        help: "such as: optimize \(command) \(rest)")
    }
    guard kind == "command",
      Self.isModelName(name) || name.contains("/") || FileSystem.exists(name)
    else {
      return UsageFault(unknown(name, kind: kind), help: "'optimize help' lists the commands")
    }
    // Options tell what was meant.
    let meant = all.first { command in
      command.operands.holds("MODEL") && command.name != "pipeline" && arguments.count > 1
        && (try? Arguments(arguments, options: command.options)) != nil
    }
    let line = ([meant?.name ?? "inspect"] + arguments).joined(separator: " ")
    return UsageFault(
      "'\(name)' is a model, and the command is missing",
      help: "such as: optimize \(line); 'optimize help' lists the commands")
  }

  private static let others: [Command] = [
    Command(
      name: "auto", operands: "MODEL [--rep-data DIR]",
      summary: "try what fits, show size against quality, and write the best",
      options: [
        Options.target, Options.time, Options.writeOnInterrupt, Options.saveRecipe,
        Options.savePlan, Options.calibration,
      ] + Options.common,
      examples: [
        "auto model.tflite --rep-data samples",
        "auto model.tflite --rep-data samples --max-download 500k --save-recipe best.json",
        "auto model.tflite --rep-data test.npz:x --labels test.npz:y --max-drop 1",
        "auto model.tflite --rep-data samples --target ethos-u55",
      ], run: AutoCommand.run),
    Command(
      name: "pipeline", operands: "MODEL… STEP[:key=value,…]… | --recipe FILE",
      summary: "run several steps; 'rewrite' serializes the model and changes nothing",
      options: [
        Options.recipe, Options.saveRecipe, Options.savePlan, Options.calibration,
      ] + Options.common,
      examples: [
        "pipeline model.tflite quantize:mode=dynamic,weights-only=true",
        "pipeline model.tflite prune:sparsity=0.5 cluster:clusters=32,shared-codebook=true quantize:mode=int8 "
          + "--rep-data samples --save-recipe small.json",
        "pipeline model.tflite --recipe small.json --rep-data samples",
      ], run: { try $0.pipeline() }),
    Command(
      name: "calibrate", operands: "MODEL --rep-data DIR -o STATS.json",
      summary: "gather statistics of tensors on samples, for int8 without the samples",
      options: [
        Options.repData, Options.output, Options.force, Options.calibration, Options.maxSamples,
        Options.skipBad,
        Options.signature, Options.threads, Options.quiet, Options.section, Options.maxMemory,
        Options.dropUnknown,
      ] + Options.preparation,
      examples: [
        "calibrate model.tflite --rep-data samples -o stats.json",
        "calibrate model.tflite --calibration a.json --calibration b.json -o both.json",
        "quantize model.tflite --mode int8 --calibration both.json",
      ], run: CalibrateCommand.run),
    Command(
      name: "inspect", operands: "MODEL", summary: "what the file holds",
      options: [
        Options.tensors, Options.operators, Options.json, Options.html, Options.force,
        Options.section, Options.maxMemory,
        Options.dropUnknown,
      ], examples: ["inspect model.tflite --tensors"], run: InspectCommand.run),
    Command(
      name: "report", operands: "MODEL [OTHER]",
      summary: "size and compressibility of one file, or of two: before and after",
      options: [
        Options.json, Options.html, Options.markdown, Options.force, Options.level, Options.threads,
        Options.quiet,
        Options.verbose, Options.section, Options.maxMemory, Options.dropUnknown, Options.maxSize,
        Options.maxDownload, Options.maxRuntime, Options.baseline, Options.maxGrowth,
      ],
      examples: [
        "report model.tflite model.dynamic.tflite --html report.html",
        "report model.tflite --baseline old.json --max-growth 2%",
      ], run: ReportCommand.run),
    Command(
      name: "compare", operands: "MODEL OTHER",
      summary: "how far apart the outputs of two models are",
      options: [
        Options.repData, Options.maxSamples, Options.skipBad, Options.maxError, Options.minSqnr,
        Options.minAgreement, Options.kernels, Options.signature, Options.threads, Options.json,
        Options.html, Options.markdown, Options.force, Options.quiet, Options.verbose,
        Options.section, Options.maxMemory, Options.dropUnknown,
      ] + Options.preparation + [Options.labels, Options.labelNames, Options.maxDrop],
      examples: [
        "compare model.tflite model.dynamic.tflite",
        "compare model.tflite model.dynamic.tflite --rep-data samples --min-agreement 99",
        "compare model.tflite model.dynamic.tflite --rep-data test.npz:x --json quality.json",
      ], run: CompareCommand.compare),
    Command(
      name: "debug", operands: "MODEL QUANTIZED --rep-data DIR",
      summary: "the error of every operator of a quantized model",
      options: [
        Options.repData, Options.maxSamples, Options.skipBad, Options.kernels, Options.signature,
        Options.threads, Options.json, Options.html, Options.force, Options.quiet, Options.verbose,
        Options.section, Options.maxMemory, Options.dropUnknown,
      ] + Options.preparation,
      examples: ["debug model.tflite model.int8.tflite --rep-data samples --html errors.html"],
      run: CompareCommand.debug),
    Command(
      name: "sensitivity", operands: "MODEL --rep-data DIR",
      summary: "what each operator loses at the outputs where it alone has integers",
      options: [
        Options.repData, Options.integerMode, Options.weights, Options.maxSamples,
        Options.skipBad, Options.signature, Options.threads, Options.json, Options.html,
        Options.force, Options.quiet, Options.verbose, Options.section, Options.maxMemory,
        Options.dropUnknown,
      ] + Options.preparation,
      examples: [
        "sensitivity model.tflite --rep-data samples",
        "sensitivity model.tflite --rep-data samples --mode int8 --weights int4 --html harm.html",
        "quantize model.tflite --mode int8 --form int16x8=0+7 --rep-data samples",
      ], run: SensitivityCommand.run),
    Command(
      name: "evaluate", operands: "MODEL --rep-data DIR --labels FILE|folders",
      summary: "how often a classifier is right",
      options: [
        Options.repData, Options.labels, Options.labelNames, Options.maxSamples, Options.skipBad,
        Options.kernels, Options.signature, Options.threads, Options.json, Options.html,
        Options.force, Options.quiet, Options.section, Options.maxMemory, Options.dropUnknown,
      ] + Options.preparation,
      examples: [
        "evaluate model.tflite --rep-data photos --labels folders --label-names labels.txt",
        "evaluate model.tflite --rep-data test.npz:x --labels test.npz:y --json",
      ], run: EvaluateCommand.run),
    Command(
      name: "run", operands: "MODEL",
      summary: "run the model on arrays, images or sound from files",
      options: [
        Options.input, Options.outputFolder, Options.top, Options.classNames, Options.format,
        Options.kernels, Options.signature, Options.threads, Options.force,
        Options.quiet, Options.section, Options.maxMemory, Options.dropUnknown,
      ] + Options.preparation,
      examples: [
        "run model.tflite --input image.npy --output results",
        "run model.tflite --input photo.jpg --top 5 --labels names.txt",
        "run model.tflite --input photo.jpg --output results --mean 0 --std 255",
        "run model.tflite --input image.npy --output - --format json",
        "run model.tflite --input left=a.npy --input right=b.npz:right --output results",
      ], run: RunCommand.run),
    Command(
      name: "bench", operands: "MODEL",
      summary: "how long the model runs here, on random inputs",
      options: [
        Options.threads, Options.runs, Options.perOperator, Options.signature, Options.json,
        Options.force,
        Options.section, Options.maxMemory, Options.dropUnknown,
      ],
      examples: ["bench model.tflite", "bench model.tflite --threads 1 --per-operator"],
      run: BenchCommand.run),
    Command(
      name: "check", operands: "MODEL --target T[,T…]",
      summary: "whether chips and runtimes run the model: a verdict for every operator",
      options: [
        Options.target, Options.requireFull, Options.json, Options.html, Options.force,
        Options.quiet, Options.verbose, Options.section, Options.maxMemory, Options.dropUnknown,
      ],
      examples: [
        "check model.tflite --target xnnpack,gpu",
        "check model.int8.tflite --target ethos-u55 --require-full",
        "check model.tflite --target edgetpu --html edgetpu.html",
      ], run: CheckCommand.run),
    Command(
      name: "operators", operands: "", summary: "operators that this version knows",
      options: [Options.json, Options.force], run: ListCommands.operators),
    Command(
      name: "passes", operands: "", summary: "passes that a pipeline runs", options: [],
      run: ListCommands.passes),
    Command(
      name: "completions", operands: "bash|zsh|fish", summary: "a completion script for a shell",
      options: [], run: Completions.run),
    Command(
      name: "help", operands: "[COMMAND]", summary: "this text, or a page on a command",
      options: [Options.man],
      run: Help.run),
  ]
}
