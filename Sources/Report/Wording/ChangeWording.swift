extension ReportDocument {
  /// The path of the input, and of the output if there is one.
  var headline: String {
    guard let output else { return input.path }
    return "\(input.path) → \(output.path)"
  }
}

extension ReportDocument.Constant {
  /// "float32 → int8", or the one encoding it kept, "added int8" if it is in one file alone.
  var encodings: String {
    guard presence == .both else { return "\(presence.rawValue) \(before.text)" }
    return before == after ? before.text : "\(before.text) → \(after.text)"
  }

  /// The name, short enough for a line in a chart.
  var shortName: String { name.isEmpty ? "(no name)" : ReadableText.shortened(name, to: 37) }
}

extension ReportDocument.WhatIf {
  var label: String {
    let values = clusters.map { "\($0) values" } ?? "all values"
    return sparsity == 0 ? values : "\(Numbers.fixed(sparsity * 100, 0)) % zeros, \(values)"
  }
}

extension ReportDocument.Pruning {
  var lines: [String] {
    let reached =
      scope == "layer" ? "in each layer" : "over all layers, more where zeros cost less"
    let plain = scope == "layer" ? reached : "over all layers"
    return [
      "\(Numbers.counted(tensors, "weight")): \(Numbers.percent(zeros, elements)) zeros "
        + "(\(zeros) of \(elements)), \(isSolved ? reached : plain)"
        + (isSolved ? "; kept weights refitted to the samples" : "")
    ]
  }
}
