import Evaluation
import Interpreter
import Platform
import TFLite

/// How long a model runs here.
enum RunTime {
  /// Runs end after this many seconds, so that large models do not take the time of other candidates.
  private static let mostSeconds = 0.3
  private static let mostRuns = 21

  /// Returns the median of runs on random inputs, in seconds.
  static func median(of file: ModelFile, threads: Int) throws -> Double {
    var options = Interpreter.Options()
    options.threads = threads
    let interpreter = try Interpreter(file, options: options)
    _ = try interpreter.run(RandomInputs.arrays(interpreter, seed: 1))
    var seconds: [Double] = []
    let start = Clock.now()
    repeat {
      let begin = Clock.now()
      try interpreter.run()
      seconds.append(Clock.now() - begin)
    } while seconds.count < mostRuns && Clock.now() - start < mostSeconds
    return seconds.sorted()[seconds.count / 2]
  }
}
