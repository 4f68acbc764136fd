import OpSet
import TFLite

extension ContainerDocument {
  /// Returns "a.task → b.task: 1 of 2 models changed, 3 other sections as they were; 9 kB → 5 kB".
  package var text: String {
    let others = sections - changed
    let path = output.map { "\(input.path) → \($0.path)" } ?? input.path
    var line = "\(path): \(changed) of \(Numbers.counted(models, "model")) changed"
    if others > 0 {
      line += ", \(Numbers.counted(others, "other section")) as "
      line += others == 1 ? "it was" : "they were"
    }
    if let output {
      line += "; \(Numbers.bytes(input.bytes)) → \(Numbers.bytes(output.bytes)) "
      line += "(\(Numbers.ratio(input.bytes, output.bytes)))"
    }
    return ReadableText.lines([line])
  }
}

extension ContainerInspection {
  package var text: String {
    let file = Numbers.bytes(container.file.bytes.count)
    var lines = [
      "\(path): \(container.kind), \(file), \(Numbers.counted(container.sections.count, "section"))"
    ]
    lines += container.format.facts.map { "  \($0.key): \($0.value)" }
    for row in rows {
      lines.append("  \(row.name): \(row.kind), \(Numbers.bytes(row.bytes)) at byte \(row.offset)")
      lines += row.facts.map { "    \($0.key): \($0.value)" }
      if let model = row.model { lines += Self.summary(of: model).map { "    \($0)" } }
    }
    return ReadableText.lines(lines)
  }

  private static func summary(of model: Model) -> [String] {
    let operators = model.subgraphs.reduce(0) { $0 + $1.operators.count }
    let runtime = model.leastRuntime.map { ", needs runtime \($0) or newer" } ?? ""
    var lines = [
      "\(Numbers.counted(model.subgraphs.count, "subgraph")), "
        + "\(Numbers.counted(operators, "operator")), weights \(Numbers.bytes(weights(of: model)))"
        + runtime
    ]
    let keys = model.signatures.map { $0.key?.description ?? "" }
    if !keys.isEmpty { lines.append("signatures \(keys.joined(separator: ", "))") }
    return lines
  }
}
