extension ReportDocument {
  /// The table for people.
  var whatIfLines: [String] {
    guard !whatIf.isEmpty else { return [] }
    let heads = ["zeros", "values", "error", "deflate", "bound", "int8", "deflate", "bound"]
    let rows = whatIf.map { row in
      [
        "\(Numbers.fixed(row.sparsity * 100, 0)) %", row.values, row.errorText,
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
