import Optimizer
import Pipelines
import Platform
import Report
import TFLite

extension JobRun {
  /// Choices of the table.
  private static let sparsities = [0, 0.5, 0.7, 0.9]
  private static let clusters: [Int?] = [nil, 256, 64, 32, 16, 8]

  /// Returns a report on what several choices would give; nothing is written.
  package func whatIf(on file: ModelFile) throws -> ReportDocument {
    try checkSelection(of: file)
    var report = unwrittenReport(on: file)
    let choices = Self.sparsities.count * Self.clusters.count
    let stage = ProgressStage("trying choices", of: choices, "choices")
    defer { stage.end() }
    for sparsity in Self.sparsities {
      for clusters in Self.clusters {
        defer { stage.advance() }
        report.whatIf.append(
          try choice(sparsity, clusters, try steps(sparsity, clusters), on: file))
      }
    }
    report.warnings.append("what if: nothing was written")
    return report
  }

  /// Returns a report on what steps that only estimate would save; nothing is written.
  package func estimate(of file: ModelFile) throws -> ReportDocument {
    try checkSelection(of: file)
    var report = unwrittenReport(on: file)
    for step in steps {
      guard let name = step.estimateName else { continue }
      let result = try step.estimate(of: file, options: options, selection: selection)
      report.add(result.map { [$0] } ?? [])
      report.warnings.append("\(name) is an estimate: nothing was written")
    }
    return report
  }

  private func steps(_ sparsity: Double, _ clusters: Int?) throws -> [any Step] {
    var steps: [any Step] = []
    if sparsity > 0 {
      steps.append(PruneStep(PruneOptions(sparsity: sparsity)))
    }
    guard let clusters else { return steps }
    var cluster = self.steps.lazy.compactMap { $0 as? ClusterStep }.last ?? ClusterStep()
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
    let outcome = try Pipeline(steps, options: options, selection: selection).run(on: file)
    let size = try outcome.writer.withScratchFile { path in
      try Measurement(level: 6, threads: options.threads).compressibility(
        of: try ModelFile(MappedFile(path: path), maxMemory: Int.max))
    }
    return (size, outcome.log.weightError, outcome.isChanged)
  }
}
