extension ReportDocument {
  /// The input, and what became of it.
  var headline: String {
    guard let output else { return input.path }
    return "\(input.path) → \(output.path)"
  }
}

extension ReportDocument.Constant {
  /// "float32 → int8", or the one encoding it kept.
  var encodings: String { before == after ? before.text : "\(before.text) → \(after.text)" }

  /// The name in one line of a picture.
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
      scope == "layer" ? "in each layer" : "in all together, shared out by what zeros cost"
    let plain = scope == "layer" ? reached : "in all together"
    return [
      "\(Numbers.counted(tensors, "weight")): \(Numbers.percent(zeros, elements)) zeros "
        + "(\(zeros) of \(elements)), \(isSolved ? reached : plain)"
        + (isSolved ? "; kept weights solved anew" : "")
    ]
  }
}
