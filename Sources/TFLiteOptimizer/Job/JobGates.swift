import OpSet
import Report

/// Limits that a result must respect.
package struct JobGates: Sendable {
  /// The limit of the file's size, in bytes.
  package var maxSize: Int?
  /// The limit of the whole file's size under deflate, in bytes.
  package var maxDownload: Int?
  package var maxRuntime: RuntimeVersion?
  /// The share of zeros that pruned weights must have.
  package var minSparsity: Double?
  package var quality = QualityGates()

  package init() {}

  /// Returns the verdicts of gates that need neither the file nor samples.
  func judge(
    size: Int, leastRuntime: RuntimeVersion?, _ pruning: ReportDocument.Pruning?
  ) -> [ReportDocument.Gate] {
    var gates: [ReportDocument.Gate] = []
    if let maxSize { gates.append(.atMost("max-size", maxSize, size)) }
    if let maxRuntime { gates.append(.runtime(maxRuntime, leastRuntime)) }
    guard let minSparsity else { return gates }
    let reached = pruning?.sparsity
    gates.append(
      ReportDocument.Gate(
        name: "min-sparsity", limit: "\(minSparsity)",
        value: reached.map { "\($0)" } ?? "unknown: no weight was pruned",
        passed: reached.map { $0 >= minSparsity } ?? false))
    return gates
  }
}

extension JobRun {
  /// Returns the verdicts of gates that need neither the file nor samples.
  func cheapGates(
    size: Int, leastRuntime: RuntimeVersion?, _ pruning: ReportDocument.Pruning?
  ) -> [ReportDocument.Gate] {
    var gates = gates
    // What the steps had to respect, the result must.
    gates.maxRuntime = [gates.maxRuntime, options.runtime].compactMap(\.self).min()
    return gates.judge(size: size, leastRuntime: leastRuntime, pruning)
  }
}

extension ReportDocument.Gate {
  package static func atMost(_ name: String, _ limit: Int, _ value: Int) -> Self {
    Self(name: name, limit: "\(limit)", value: "\(value)", passed: value <= limit)
  }

  package static func runtime(_ limit: RuntimeVersion, _ least: RuntimeVersion?) -> Self {
    Self(
      name: "max-runtime", limit: limit.description, value: least?.description ?? "unknown",
      passed: least.map { $0 <= limit } ?? false)
  }

  /// The failure as a clause, for a gate that failed.
  package var failure: String { "gate \(name) failed: \(value), limit \(limit)" }
}
