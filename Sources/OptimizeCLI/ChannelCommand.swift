import Optimizer
import Report
import TFLite

extension OptimizeCommand {
  /// What leaving out whole channels would save, and nothing written.
  func estimateChannels(_ file: ModelFile, _ pruning: Step.Prune) throws -> ExitCode {
    var report = unwrittenReport(on: file)
    report.channels = try ChannelEstimate(
      of: file, pruning, options: request.options, selection: request.selection)
    report.warnings.append(
      "pattern channels is an estimate: nothing was written")
    return try publish(&report, .done)
  }
}
