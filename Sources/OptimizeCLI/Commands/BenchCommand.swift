import Evaluation
import Interpreter
import OpSet
import Platform
import Report
import TFLite
import TFLiteOptimizer

/// `bench`: how long the model runs here.
enum BenchCommand {
  @Sendable
  static func run(_ invocation: Invocation) throws -> ExitCode {
    let arguments = invocation.arguments
    let path = try invocation.model()
    let runs = try Values.count(arguments[Options.runs], Options.runs, standard: 50)
    let options = try Interpreter.Options(arguments)
    try invocation.checkedReports(inputs: [path])
    let start = Clock.now()
    let file = try invocation.openModel(path)
    let interpreter = try Interpreter(file, options: options)
    let preparation = Clock.now() - start
    _ = try interpreter.run(RandomInputs.arrays(interpreter, seed: 1))
    let first = Clock.now() - start
    let stage = ProgressStage(
      "timing", of: arguments.has(Options.perOperator) ? 2 * runs : runs, "runs")
    defer { stage.end() }
    var seconds: [Double] = []
    for _ in 0..<runs {
      defer { stage.advance() }
      let begin = Clock.now()
      try interpreter.run()
      seconds.append(Clock.now() - begin)
    }
    let timings = OperatorTimings()
    if arguments.has(Options.perOperator) {
      for _ in 0..<runs {
        try timings.run(interpreter)
        stage.advance()
      }
    }
    let result = BenchResult(
      path: path, threads: options.threads, kernels: options.kernels.name,
      preparation: preparation, firstResult: first, seconds: seconds.sorted(),
      timings: timings.rows)
    invocation.console.tell(file.warnings.map { "warning: \($0)" })
    let target = arguments[Options.json]
    if let target {
      try invocation.sink.write(result.json, to: target)
    }
    if !arguments.fillOutput { invocation.console.output(result.text) }
    return .done
  }
}
