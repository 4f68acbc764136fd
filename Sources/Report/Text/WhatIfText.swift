extension ReportDocument {
  /// The table for people.
  var whatIfLines: [String] {
    guard !whatIf.isEmpty else { return [] }
    let heads = ["zeros", "values", "error", "deflate", "bound", "int8", "deflate", "bound"]
    let rows = whatIf.map { row in
      [
        "\(Numbers.fixed(row.sparsity * 100, 0)) %", row.clusters.map(String.init) ?? "all",
        row.weightError == 0 ? "0" : Numbers.fixed(row.weightError, 4),
        Numbers.bytes(row.stored.deflate6), Numbers.bytes(row.stored.entropyBound),
        row.int8.map { Numbers.bytes($0.raw) } ?? "",
        row.int8.map { Numbers.bytes($0.deflate6) } ?? "",
        row.int8.map { Numbers.bytes($0.entropyBound) } ?? "",
      ]
    }
    return ["  what if"]
      + ([heads] + rows).map { row in
        "  " + row.map { $0.padded(11, left: true) }.joined()
      }
  }
}
