extension ReportDocument.Quality.Row {
  /// A sentence that names the lost columns; nil if none is lost. Numbers count from 0.
  package var lostColumns: String? {
    guard let columns, let worst = columns.worst, !columns.lost.isEmpty else { return nil }
    let shown = columns.lost.prefix(8).map(\.columnText).joined(separator: ", ")
    let rest = columns.lost.count > 8 ? ", …" : ""
    return "'\(name)' loses \(columns.lostCount) of \(columns.count) columns of axis "
      + "\(columns.axis) (\(shown)\(rest)); worst \(worst.text)"
  }

  /// "column 4: 12.3 dB, 0…1 with 256 values → 0…0.5 with 2", of outputs that have columns.
  var worstColumn: String? { columns?.worst?.text }

  /// "12.3 dB in the worst sample". Nil for one sample, or if the number reads like that of all
  /// samples.
  func lowSamples(of samples: Int) -> String? {
    guard samples > 1, let low = lowSampleSignal, low.isFinite, !isExact else { return nil }
    let text = Numbers.fixed(low, 1)
    guard text != signal else { return nil }
    return samples > 20 ? "\(text) dB reached by 95 % of samples" : "\(text) dB in the worst sample"
  }
}

extension ReportDocument.Quality.Column {
  var text: String {
    let signal = sqnr.isFinite ? Numbers.fixed(sqnr, 1) : sqnr > 0 ? "∞" : "−∞"
    return "\(numbers.columnText): \(signal) dB, \(before.text) → \(after.text)"
  }
}

extension ReportDocument.Quality.Column.Values {
  fileprivate var text: String {
    guard range.lowerBound < range.upperBound else {
      return "all \(Numbers.short(Double(range.lowerBound)))"
    }
    return "\(Numbers.short(Double(range.lowerBound)))…\(Numbers.short(Double(range.upperBound)))"
      + " with \(isMore ? "over " : "")\(distinct) values"
  }
}

extension ClosedRange<Int> {
  fileprivate var columnText: String {
    count == 1 ? "\(lowerBound)" : "\(lowerBound)–\(upperBound)"
  }
}
