import Targets

extension TargetDocument {
  /// The longest list of reasons of one target; JSON and HTML have all.
  private static let most = 20

  package func text(verbose: Bool) -> String {
    guard let memory = assessments.first?.memory else { return "" }
    var lines = [
      "\(input.path): \(Numbers.bytes(input.bytes)), weights \(Numbers.bytes(memory.weights)), "
        + "activations at least \(Numbers.bytes(memory.activations))"
    ]
    for assessment in assessments { lines += describe(assessment, verbose: verbose) }
    lines += gates.map { gate in
      "  gate \(gate.name): \(gate.limit), \(gate.value) \(gate.passed ? "passed" : "FAILED")"
    }
    return ReadableText.lines(lines)
  }

  private func describe(_ assessment: Assessment, verbose: Bool) -> [String] {
    let target = assessment.target
    var lines = ["\(target.name) (\(target.title)): \(assessment.summary)"]
    if verbose {
      lines += assessment.rows.map { row in
        let reason = row.verdict.obstacle.map { ": \($0.text)" } ?? ""
        return "  operator \(row.place.subgraph):\(row.place.index) \(row.name) "
          + "\(row.verdict.text)\(reason)"
      }
    } else {
      let groups = assessment.groups
      lines += groups.prefix(Self.most).map { "  \($0.text)" }
      if groups.count > Self.most {
        lines.append(
          "  and \(groups.count - Self.most) more kinds and reasons; -v lists all operators")
      }
    }
    if let integers = assessment.inIntegers {
      lines.append(
        "  int8        \(integers.runs) of \(integers.of) would run after "
          + "'optimize quantize \(input.path) --mode int8 --rep-data DIR'")
      lines += own(integers)
    }
    if let after = assessment.afterFix {
      let quantized = assessment.isFloatForIntegers ? " quantized to int8," : ""
      lines.append(
        "  after fix   \(after.summary),\(quantized) with 'optimize fix \(input.path) "
          + "\(fixOptions(target))'")
      lines += own(after)
    }
    lines += assessment.notes.map { "  note        \($0.text)" }
    lines.append("  rules       \(assessment.provenance)")
    return lines
  }

  /// Lines for what stands in the way by itself.
  private func own(_ standing: Standing) -> [String] {
    standing.rows.groups.filter { $0.verdict.obstacle?.isOwn != false }.prefix(Self.most)
      .map { "    \($0.text)" }
  }
}

extension TargetDocument.Group {
  fileprivate var text: String {
    let reason = verdict.obstacle.map { ": \($0.text)" } ?? ""
    return "\(verdict.text.padded(11)) \(count) \(name)\(reason)"
  }
}
