import Evaluation
import Interpreter
import Optimizer
import Samples
import TFLite

extension SampleRequest {
  /// Returns statistics on the samples of the other signatures. Tensors that signatures share get
  /// the ranges of all of them.
  package func statisticsOfOthers(
    in file: ModelFile, options: RunOptions
  ) throws -> CalibrationStatistics {
    var total = CalibrationStatistics()
    for other in others {
      var chosen = options
      chosen.signature = other.signature
      var interpreting = self.options
      interpreting.signature = other.signature
      interpreting.skipsUnsupported = true
      let inputs = try Interpreter(file, options: interpreting).inputs
      let set = try samples([other.path], for: inputs, of: file)
      let source = SampleSource(count: set.count, room: 0) { try set.sample(at: $0) }
      try total.merge(StatisticsRun(on: file, options: chosen).statistics(on: source))
    }
    return total
  }
}
