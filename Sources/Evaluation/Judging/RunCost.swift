import Interpreter
import TFLite

/// The cost of a run of a model.
package enum RunCost {
  /// Returns the multiplications of a run, plus ten for each value. `observer` sees the run's operators.
  package static func of(
    _ file: ModelFile, _ sample: [DenseArray], _ options: Interpreter.Options,
    observing observer: @escaping Interpreter.Observer = { _ in }
  ) throws -> Double {
    var quiet = options
    quiet.skipsUnsupported = true
    var cost = 1.0
    _ = try Interpreter(file, options: quiet).run(sample) { observation in
      cost += Double(observation.multiplications)
      cost += 10 * Double(observation.outputs.reduce(0) { $0 + $1.count })
      try observer(observation)
    }
    return cost
  }
}
