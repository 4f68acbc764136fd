import OpSet
import Optimizer
import Platform
import TFLiteOptimizer

/// The checked arguments of `quantize`, `pipeline` and the commands of other steps.
struct OptimizeRequest {
  let input: String
  let output: String
  let steps: [any Step]
  let options: RunOptions
  let selection: Selection
  let gates: JobGates
  /// Nil if the result is not compared.
  let samples: SampleRequest?
  let arguments: Arguments

  /// Files with statistics.
  var calibration: [String] { arguments.all(Options.calibration) }
  /// Whether a report is wanted that has digests and compressibility.
  var measuresAll: Bool {
    [Options.json, Options.html, Options.markdown].contains(where: arguments.has)
  }

  /// Whether the steps only estimate savings and change nothing.
  var estimates: Bool { steps.contains { $0.estimateName != nil } }

  /// `positionals[0]` is the model. If it is one of several, the caller checks the files. `suffix` is
  /// that of the output's name, by default the step's.
  init(
    _ arguments: Arguments, steps: [any Step], suffix: String? = nil, isOneOfSeveral: Bool = false
  ) throws {
    self.arguments = arguments
    input = try Self.model(arguments.positionals.first)
    var options = RunOptions()
    options.threads = try Values.threads(arguments[Options.threads])
    if let text = arguments[Options.maxMemory] {
      options.maxMemory = try Values.bytes(text, Options.maxMemory)
    }
    selection = Selection(
      only: arguments.all(Options.only).map(Selection.Rule.init),
      skip: arguments.all(Options.skip).map(Selection.Rule.init),
      keepFloat: arguments.all(Options.keepFloat).map(Selection.Rule.init))
    var gates = JobGates()
    gates.quality = try QualityGates(arguments)
    if let text = arguments[Options.maxSize] {
      gates.maxSize = try Values.bytes(text, Options.maxSize)
    }
    if let text = arguments[Options.maxDownload] {
      gates.maxDownload = try Values.bytes(text, Options.maxDownload)
    }
    if let text = arguments[Options.maxRuntime] { gates.maxRuntime = try JobGates.runtime(text) }
    options.runtime = try arguments[Options.runtime].map(JobGates.runtime)
    gates.minSparsity = try arguments[Options.minSparsity].map { text throws(UsageFault) in
      guard let share = Double(text), (0...1).contains(share) else {
        throw UsageFault("'\(text)' is not a share from 0 to 1 for \(Options.minSparsity.name)")
      }
      return share
    }
    self.gates = gates
    self.steps = Self.aimed(steps, gates)
    try Self.checkSamples(arguments, steps)
    let samples = try SampleRequest(arguments, takesSeveral: true)
    if !samples.others.isEmpty { try JobRun.checkSignatures(of: steps) }
    options.signature = samples.options.signature
    self.options = options
    self.samples = samples.origin == nil ? nil : samples
    let standard = Self.defaultOutput(
      input, suffix ?? (steps.count == 1 ? steps[0].suffix : "optimized"))
    output =
      try arguments[Options.output]
      ?? Self.place(standard, in: arguments[Options.outputDirectory])
    try checkSteps()
    if !isOneOfSeveral { try Self.checkPaths(of: [self]) }
  }

  /// Returns the steps; a single one aims at the gates. The steps of pipelines say all themselves, so that recipes
  /// give the same file.
  private static func aimed(_ steps: [any Step], _ gates: JobGates) -> [any Step] {
    guard steps.count == 1, var step = steps[0] as? QuantizeStep else { return steps }
    step.meet(download: gates.maxDownload, error: gates.quality.greatestError)
    return [step]
  }

  /// Throws for options that only a comparison uses if there are no samples.
  private static func checkSamples(
    _ arguments: Arguments, _ steps: [any Step]
  ) throws(UsageFault) {
    let hasSamples = arguments.has(Options.repData)
    try JobRun.check(
      steps, hasSamples: hasSamples, hasStatistics: arguments.has(Options.calibration))
    guard !hasSamples else { return }
    let users =
      [
        Options.maxError, Options.minSqnr, Options.minAgreement, Options.maxSamples,
        Options.signature, Options.labels, Options.labelNames, Options.maxDrop,
      ] + Options.preparation
    guard let user = users.first(where: arguments.has) else { return }
    throw SampleRequest.missingSamples(user)
  }

  /// Returns the model's path; without one, throws an error that lists the models of this folder.
  static func model(_ path: String?) throws(UsageFault) -> String {
    if let path { return path }
    let models = FileSystem.names(in: ".").filter { name in
      [".tflite", ".task", ".litertlm"].contains { name.hasSuffix($0) }
    }
    let list = models.prefix(10).joined(separator: ", ")
    throw UsageFault(
      "no model given",
      help: models.isEmpty
        ? "optimize <command> MODEL [options]; this folder has no model"
        : "optimize <command> MODEL [options]; in this folder: \(list)")
  }

  /// Returns the input's name with the step before the extension.
  private static func defaultOutput(_ input: String, _ suffix: String) -> String {
    guard input != "-" else { return "-" }
    let name = input.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return "\(input).\(suffix).tflite"
    }
    let stem = input.dropLast(name.distance(from: dot, to: name.endIndex))
    return "\(stem).\(suffix)\(name[dot...])"
  }

  /// Returns the path of the file in the folder.
  private static func place(_ path: String, in folder: String?) throws(UsageFault) -> String {
    guard let folder else { return path }
    guard path != "-" else {
      throw UsageFault(
        "a model from standard input has no name for --output-dir", help: "use -o FILE")
    }
    let name = path.split(separator: "/").last ?? ""
    return folder.hasSuffix("/") ? "\(folder)\(name)" : "\(folder)/\(name)"
  }

  private var plans: [String] {
    steps.compactMap { ($0 as? QuantizeStep)?.plan?.path }
  }

  private func checkSteps() throws(UsageFault) {
    if arguments.has(Options.output), arguments.has(Options.outputDirectory) {
      throw UsageFault("-o and --output-dir exclude each other")
    }
    if arguments.has(Options.savePlan), !steps.contains(where: { $0 is QuantizeStep }) {
      throw UsageFault("--save-plan needs a step 'quantize'")
    }
  }

  /// Throws for a file that may not be written. Makes the folder for results. The requests differ in
  /// their models alone.
  static func checkPaths(of requests: [OptimizeRequest]) throws {
    guard let arguments = requests.first?.arguments else { return }
    let isDryRun =
      arguments.has(Options.dryRun) || arguments.has(Options.whatIf)
      || requests.contains(where: \.estimates)
    let folder = arguments[Options.outputDirectory]
    try OutputPaths(
      arguments, models: requests.map(\.input), more: requests[0].plans,
      results: isDryRun ? [] : requests.map(\.output), folder: folder
    ).check()
    if let folder, !isDryRun { try FileSystem.makeFolder(folder) }
  }
}
