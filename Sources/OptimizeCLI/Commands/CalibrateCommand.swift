import Evaluation
import Interpreter
import Optimizer
import Platform
import Report
import Samples
import TFLite
import TFLiteOptimizer

/// `calibrate`: writes statistics of a model's tensors on samples to a file for `quantize
/// --calibration`.
struct CalibrateCommand {
  private let invocation: Invocation
  private let path: String
  private let target: String
  private let request: SampleRequest
  /// Files whose statistics are added.
  private let shards: [String]

  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    try CalibrateCommand(invocation).run()
  }

  private init(_ invocation: Invocation) throws {
    self.invocation = invocation
    let arguments = invocation.arguments
    path = try invocation.model()
    shards = arguments.all(Options.calibration)
    request = try SampleRequest(arguments, takesSeveral: true)
    if request.paths.isEmpty {
      let users = [Options.maxSamples, Options.signature] + Options.preparation
      if let user = users.first(where: arguments.has) {
        throw SampleRequest.missingSamples(user)
      }
      guard !shards.isEmpty else { throw SampleRequest.missingSamples("calibration") }
    }
    guard let target = arguments[Options.output] else {
      throw UsageFault("no file for the statistics given", help: "such as -o stats.json")
    }
    self.target = target
    try OutputPaths(arguments, models: [path], results: [target]).check()
  }

  private func run() throws -> ExitCode {
    let file = try invocation.openModel(path)
    var options = RunOptions()
    options.threads = request.options.threads
    options.signature = request.options.signature
    if invocation.arguments.has(Options.maxMemory) {
      options.maxMemory = request.options.maxMemory
    }
    let run = try StatisticsRun(on: file, options: options)
    let digest: String
    var total = CalibrationStatistics()
    var words = SampleWords()
    if shards.isEmpty {
      // The digest takes as long as running a few samples, so it runs beside them.
      (digest, (total, words)) = try Threads.making(Measurement.sha256(file.file)) {
        try statistics(of: run, file, options)
      }
    } else {
      // Statistics of another model are refused before samples are run.
      digest = Measurement.sha256(file.file)
      total =
        try StatisticsFiles.statistics(shards, of: run.model, digest: digest, path: path) ?? total
      let more = try statistics(of: run, file, options)
      try total.merge(more.statistics)
      words = more.words
    }
    let text = StatisticsFile.text(
      of: total, model: run.model, digest: digest, toolVersion: Tool.version)
    if target == "-" {
      invocation.console.output(text)
    } else {
      try invocation.sink.write(text, to: target)
    }
    let warnings =
      file.warnings + words.warnings + StatisticsRun.warnings(about: total, in: run.model)
    tell(total, words.preparations, warnings)
    return .done
  }

  /// Sentences about the samples.
  private struct SampleWords {
    var preparations: [String] = []
    var warnings: [String] = []
  }

  /// Returns the statistics of the samples; empty ones without samples.
  private func statistics(
    of run: StatisticsRun, _ file: ModelFile, _ options: RunOptions
  ) throws -> (statistics: CalibrationStatistics, words: SampleWords) {
    guard !request.paths.isEmpty else { return (CalibrationStatistics(), SampleWords()) }
    let samples = try samples(file)
    let source = SampleSource(count: samples.count, room: 0) { try samples.sample(at: $0) }
    var found = try run.statistics(on: source)
    try found.merge(request.statisticsOfOthers(in: file, options: options))
    return (found, SampleWords(preparations: samples.preparations, warnings: samples.warnings))
  }

  private func samples(_ file: ModelFile) throws -> SampleSet {
    var options = request.options
    options.skipsUnsupported = true
    let interpreter = try Interpreter(file, options: options)
    return try request.samples(request.paths, for: interpreter.inputs, of: file)
  }

  private func tell(
    _ total: CalibrationStatistics, _ preparations: [String], _ warnings: [String]
  ) {
    guard !invocation.arguments.has(Options.quiet) else { return }
    let head =
      "\(path) → \(target): \(Numbers.counted(total.tensors.count, "tensor")) on "
      + Numbers.counted(total.samples, "sample")
    let lines = [head] + preparations.map { "  \($0)" } + warnings.map { "warning: \($0)" }
    invocation.console.tell(lines)
  }
}
