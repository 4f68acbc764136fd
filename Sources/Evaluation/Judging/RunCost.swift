import Interpreter
import TFLite

/// What a run of a model costs.
package enum RunCost {
  /// Multiplications of a run, and values at ten each.
  package static func of(
    _ file: ModelFile, _ sample: [DenseArray], _ options: Interpreter.Options
  ) throws -> Double {
    var quiet = options
    quiet.skipsUnsupported = true
    var cost = 1.0
    _ = try Interpreter(file, options: quiet).run(sample) { observation in
      cost += Double(observation.multiplications)
      cost += 10 * Double(observation.outputs.reduce(0) { $0 + $1.count })
    }
    return cost
  }
}
