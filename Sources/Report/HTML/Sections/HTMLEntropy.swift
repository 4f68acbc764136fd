/// The share of the stored bits that is information; the rest is what a compressor could save.
enum HTMLEntropy {
  private static let most = 30
  /// The entropy of n elements is at most log2 n bits, so it says nothing about few elements.
  private static let leastElements = 256

  static func section(_ report: ReportDocument) -> HTMLSection? {
    let largest = report.tensors.enumerated().compactMap { Row($0.element, $0.offset) }
      .sorted { ($1.constant.bytesAfter, $0.place) < ($0.constant.bytesAfter, $1.place) }
      .prefix(most)
    guard !largest.isEmpty else { return nil }
    let names = HTMLNames(report.tensors.map(\.name))
    let table = HTMLTable(
      id: "entropy-table",
      caption: "The largest constants, with the share of their bits that is information",
      columns: [
        .init("Name", .name), .init("Information"), .init("Stored bits", .number),
        .init("Deflate, bits", .number), .init("Entropy, bits", .number),
        .init("Gain at most", .number), .init("Zeros", .number),
      ], limit: most, noun: "constant")
    return HTMLSection(
      id: "entropy", title: "Entropy of the stored data",
      body: """
        <p>What a compressor could still gain, in bits of an element. Order-0 entropy is the least \
        that coding each element by itself can reach; it leaves out the code's own table, which for \
        floats outweighs much of the gain. Constants of fewer than \(leastElements) elements are \
        not shown.</p>
        \(names.note)\(table.markup(Array(largest)) { row in [names.cell(row.constant.name)] + cells(row) })
        """)
  }

  private static func cells(_ row: Row) -> [Markup] {
    [
      """
      <span class="share" aria-hidden="true"><i style="width:\
      \(SVGChart.length(row.statistics.entropyBits, of: row.storedBits, 100))%"></i></span>
      """,
      "\(Numbers.fixed(row.storedBits, 0))", "\(Numbers.fixed(row.deflateBits, 2))",
      "\(Numbers.fixed(row.statistics.entropyBits, 2))", "\(Numbers.fixed(100 * row.gain, 1)) %",
      "\(Numbers.percent(row.statistics.zeros, row.constant.elements))",
    ]
  }

  private struct Row {
    let constant: ReportDocument.Constant
    let statistics: ReportDocument.Statistics
    let place: Int
    let storedBits: Double

    /// Returns nil without statistics. Index vectors stand for elements of sparse data, so its bits
    /// per element are not defined.
    init?(_ constant: ReportDocument.Constant, _ place: Int) {
      guard let statistics = constant.statistics, constant.elements >= leastElements,
        constant.bytesAfter > 0, statistics.entropyBits.isFinite,
        !constant.after.isSparse
      else { return nil }
      self.constant = constant
      self.statistics = statistics
      self.place = place
      storedBits = 8 * Double(constant.bytesAfter) / Double(constant.elements)
    }

    /// The share of the stored bits that order-0 coding would save.
    var gain: Double { max(0, 1 - statistics.entropyBits / storedBits) }
    var deflateBits: Double { 8 * Double(statistics.deflate) / Double(constant.elements) }
  }
}
