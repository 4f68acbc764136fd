import Optimizer
import Platform
import Report
import TFLite

extension OptimizeCommand {
  /// Choices of the table.
  private static let sparsities = [0, 0.5, 0.7, 0.9]
  private static let clusters: [Int?] = [nil, 256, 64, 32, 16, 8]

  /// What several choices would give, and nothing written.
  func whatIf(_ file: ModelFile) throws -> ExitCode {
    var report = unwrittenReport(on: file)
    for sparsity in Self.sparsities {
      for clusters in Self.clusters {
        report.whatIf.append(
          try choice(sparsity, clusters, try steps(sparsity, clusters), on: file))
      }
    }
    report.warnings.append("what if: nothing was written")
    return try publish(&report, .done)
  }

  /// The report of a command that only looks.
  func unwrittenReport(on file: ModelFile) -> ReportDocument {
    let runtime = file.model.leastRuntime?.description
    var report = ReportDocument(
      toolVersion: CommandLineTool.version, command: commandLine,
      input: ReportDocument.File(path: request.input, bytes: file.bytes.count),
      minRuntime: .init(before: runtime, after: runtime))
    report.warnings = file.warnings
    return report
  }

  private func steps(_ sparsity: Double, _ clusters: Int?) throws -> [any Step] {
    var steps: [any Step] = []
    if sparsity > 0 {
      steps.append(PruneStep(PruneOptions(sparsity: sparsity)))
    }
    guard let clusters else { return steps }
    var cluster = request.steps.lazy.compactMap { $0 as? ClusterStep }.last ?? ClusterStep()
    cluster.options.clusters = clusters
    return steps + [cluster]
  }

  private func choice(
    _ sparsity: Double, _ clusters: Int?, _ steps: [any Step], on file: ModelFile
  ) throws -> ReportDocument.WhatIf {
    let plain = try figures(steps.isEmpty ? [.rewrite] : steps, file)
    let int8 = try figures(steps + [QuantizeStep(mode: .dynamic)], file)
    return ReportDocument.WhatIf(
      sparsity: sparsity, clusters: clusters, weightError: plain.error, stored: plain.size,
      int8: int8.isChanged ? int8.size : nil)
  }

  private func figures(
    _ steps: [any Step], _ file: ModelFile
  ) throws -> (size: ReportDocument.Compressibility, error: Double, isChanged: Bool) {
    let outcome = try Pipeline(steps, options: request.options, selection: request.selection)
      .run(on: file)
    let size = try withScratchFile(outcome.writer) { path in
      try Measurement(level: 6, threads: request.options.threads).compressibility(
        of: try ModelFile(MappedFile(path: path), maxMemory: Int.max))
    }
    return (size, outcome.context.weightError, outcome.isChanged)
  }
}
