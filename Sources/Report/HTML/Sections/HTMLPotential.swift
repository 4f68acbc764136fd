/// The constants that could still shrink: those that were left alone, and what they might save.
enum HTMLPotential {
  private static let most = 30

  static func section(_ report: ReportDocument) -> HTMLSection? {
    let rows = report.tensors.enumerated().compactMap { Row($0.element, $0.offset) }
      .sorted { ($1.saving, $0.place) < ($0.saving, $1.place) }
    guard !rows.isEmpty else { return nil }
    return HTMLSection(
      id: "next", title: "What would shrink next",
      body: """
        <p>Potential, not a promise: \(summary(rows)). Whether an operator can read the smaller \
        encoding, and what accuracy it costs, is not decided here. Biases, shapes and kernel \
        parameters are left out.</p>
        \(table(rows, hasSteps: !report.steps.isEmpty))
        """)
  }

  private enum Way: String {
    case quantization = "as int8"
    case compression = "under compression"
  }

  private struct Row {
    let constant: ReportDocument.Constant
    let place: Int
    let way: Way
    let saving: Int

    /// Returns nil if the constant changed, or nothing is known to make it smaller.
    init?(_ constant: ReportDocument.Constant, _ place: Int) {
      guard constant.before == constant.after, constant.presence == .both,
        !constant.hasOtherValues, constant.bytesAfter > 0,
        ![.bias, .index, .parameter, .state].contains(constant.role)
      else { return nil }
      let bytes = constant.bytesAfter
      switch constant.after {
      case .dense(.float32): (way, saving) = (.quantization, bytes - bytes / 4)
      case .dense(.float16), .dense(.bfloat16): (way, saving) = (.quantization, bytes - bytes / 2)
      case .dense(.int8), .dense(.uint8):
        guard let entropy = constant.statistics?.entropyBits, entropy.isFinite else { return nil }
        // Above this many bytes nothing is saved, and no float is too large for an integer.
        let ideal = (Double(constant.elements) * entropy / 8).rounded(.up)
        guard ideal >= 0, ideal < Double(bytes) else { return nil }
        (way, saving) = (.compression, bytes - Int(ideal))
      default: return nil
      }
      self.constant = constant
      self.place = place
    }
  }

  private static func summary(_ rows: [Row]) -> String {
    let parts = [Way.quantization, .compression].compactMap { way -> String? in
      let group = rows.filter { $0.way == way }
      guard !group.isEmpty else { return nil }
      let saving = group.reduce(0) { $0 + $1.saving }
      return "\(Numbers.counted(group.count, "constant")) left alone could save up to "
        + "\(Numbers.bytes(saving)) \(way.rawValue)"
    }
    return parts.joined(separator: ", ")
  }

  private static func table(_ rows: [Row], hasSteps: Bool) -> Markup {
    let hasReasons = hasSteps || rows.contains { $0.constant.reason != nil }
    let names = HTMLNames(rows.map(\.constant.name))
    var columns: [HTMLTable.Column] = [
      .init("Name", .name), .init("Bytes", .number), .init("Potential saving", .number),
      .init("How"), .init("Role"), .init("Encoding"),
    ]
    if hasReasons { columns.append(.init("Why it was left alone", .prose)) }
    let table = HTMLTable(
      id: "potential", caption: "Largest potential savings", columns: columns, limit: most,
      noun: "constant")
    return "\(names.note)"
      + table.markup(rows) { row in
        let constant = row.constant
        return [
          names.cell(constant.name), .grouped(constant.bytesAfter), .grouped(row.saving),
          "\(row.way.rawValue)", "\(constant.role.text)", "\(constant.after.text)",
          .reason(constant.reason ?? .notAsked),
        ]
      }
  }
}
