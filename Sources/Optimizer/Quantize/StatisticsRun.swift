import Evaluation
import Samples
import TFLite

/// Gathers a model's statistics for a later run of `quantize`. They are those of the model that the
/// integer pass gets: constants are folded and integers are lifted.
package struct StatisticsRun {
  /// The float model whose tensors the statistics describe.
  package let model: Model
  let file: ModelFile
  let job: Job

  /// Throws `ModelFault` or `OptimizerFault`.
  package init(on file: ModelFile, options: RunOptions) throws {
    var model = file.model
    try model.checkRunnable()
    try model.refuseCompiled()
    var job = Job(file: file, options: options, selection: Selection())
    try FoldConstants().run(on: &model, in: &job)
    // Only integer operators of the other mode are lifted; floats never are.
    let mode = [IntegerMode.int8, .int16x8].first { LiftPlan(model).differs(from: $0) }
    if let mode { try LiftIntegers(for: mode).run(on: &model, in: &job) }
    self.model = model
    self.file = file
    self.job = job
  }

  /// Throws `InterpreterFault` or what reading a sample throws.
  package func statistics(
    on samples: SampleSource
  ) throws -> CalibrationStatistics {
    try Calibrator(file.with(model), options: job.interpreter)
      .statistics(
        on: samples.fitting(model, from: file.model, signature: job.options.signature))
  }

  /// Returns warnings about statistics.
  package static func warnings(
    about statistics: CalibrationStatistics, in model: Model
  ) -> [String] {
    var summary = CalibrationSummary()
    summary.notice(statistics, in: model)
    return summary.warnings
  }
}
