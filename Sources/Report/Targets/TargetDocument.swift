import Fixes
import TFLite
import Targets

/// What `check` says about a model.
package struct TargetDocument: Sendable {
  /// Operators of one kind that have the same verdict for the same reason.
  package struct Group: Sendable {
    package let name: String
    package let verdict: Verdict
    package let count: Int
  }

  package let toolVersion: String
  package let command: [String]
  package let input: ReportDocument.File
  package let assessments: [Assessment]
  /// The targets for which `fix` has to give inputs a first size too.
  private let needBatch: Set<String>
  package var gates: [ReportDocument.Gate] = []
  package var exitCode: Int32 = 0

  package init(
    of file: ModelFile, _ path: String, for targets: [Target], toolVersion: String,
    command: [String]
  ) {
    self.toolVersion = toolVersion
    self.command = command
    input = .init(path: path, bytes: file.bytes.count)
    let view = ModelView(file)
    var batches: Set<String> = []
    let memory = MemoryNeed(file.model)
    assessments = targets.map { target in
      var assessment = Assessment(file, target, view, memory)
      guard !assessment.isFull, let outlook = FixOutlook(of: file, for: target) else {
        return assessment
      }
      assessment.add(afterFix: outlook.result.after, outlook.result.names)
      batches.insert(outlook.needsBatch ? target.name : "")
      return assessment
    }
    needBatch = batches
  }

  /// The options of `fix` for a target.
  func fixOptions(_ target: Target) -> String {
    "--target \(target.name)" + (needBatch.contains(target.name) ? " --batch 1" : "")
  }

  /// The gate `--require-full`, one for each target.
  package mutating func requireFull() {
    gates = assessments.map { assessment in
      .init(
        name: "require-full", limit: "all operators on \(assessment.target.name)",
        value: "\(assessment.runs) of \(assessment.rows.count)", passed: assessment.isFull)
    }
  }
}

extension [Assessment.Row] {
  /// Operators that do not run, the most frequent first.
  var groups: [TargetDocument.Group] {
    filter { !$0.verdict.isRun }
      .inGroups { "\($0.verdict.key) \($0.name) \($0.verdict.obstacle?.text ?? "")" }
      .map(\.members).greatestFirst(by: \.count)
      .map { .init(name: $0[0].name, verdict: $0[0].verdict, count: $0.count) }
  }
}

extension Standing {
  /// Such as "61 of 63, 1 part".
  var summary: String {
    "\(runs) of \(of)" + (parts.isEmpty ? "" : ", \(Numbers.counted(parts.count, "part"))")
  }
}

extension Assessment {
  /// Operators that do not run, the most frequent first.
  var groups: [TargetDocument.Group] { rows.groups }

  /// Whether the model has floats where the target computes with integers alone.
  var isFloatForIntegers: Bool {
    target.needsIntegers
      && rows.contains { $0.obstacle == .type(.input, .float32) && $0.name != "QUANTIZE" }
  }

  /// The share of multiplications by weights; nil for a model without.
  var share: String? {
    multiplications > 0 ? Numbers.percent(multiplicationsOnTarget, multiplications) : nil
  }

  /// Such as "28 of 31 operators run, in 2 parts".
  var summary: String {
    var text = "\(runs) of \(Numbers.counted(rows.count, "operator")) run"
    if !parts.isEmpty { text += ", in \(Numbers.counted(parts.count, "part"))" }
    if let share { text += "; \(share) of multiplications" }
    return text
  }

  /// Such as "19 rules read in sources".
  var provenance: String {
    marks.map { "\($0.rules) \($0.mark.rawValue)" }.joined(separator: ", ")
  }

  private var marks: [(mark: Mark, rules: Int)] { target.marks }
}
