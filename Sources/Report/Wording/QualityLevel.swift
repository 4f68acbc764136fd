/// How good a figure is, for a colour beside it.
enum QualityLevel: Comparable {
  case bad, low, good

  /// The name of its colour.
  var style: String { "\(self)" }

  /// The decibels below which the error is a third of the signal and more: 10 less than those below
  /// which the report warns.
  static let leastLow = ReportDocument.Quality.poor - 10

  static func ofSignal(_ decibels: Double) -> QualityLevel {
    decibels < leastLow ? .bad : decibels < ReportDocument.Quality.poor ? .low : .good
  }

  /// A change of one answer in a hundred is worth a look, one in ten is not the same model.
  static func ofShare(_ changed: Double) -> QualityLevel {
    changed > 0.1 ? .bad : changed > 0.01 ? .low : .good
  }
}

extension ReportDocument.Quality.Row {
  /// Nil where nothing was compared.
  var level: QualityLevel? {
    guard isCompared else { return nil }
    return notFinite > 0 ? .bad : isExact || sqnr.isNaN ? .good : .ofSignal(sqnr)
  }
}

extension ReportDocument.Quality {
  /// The output with the greatest error, by its columns where one is lost.
  var worstOutput: Row? {
    let compared = outputs.filter(\.isCompared)
    return compared.first { $0.notFinite > 0 } ?? compared.min { $0.poorest < $1.poorest }
  }

  /// The least share of rows of an output whose greatest value stands at the same place.
  package var leastAgreement: Row? {
    outputs.filter { $0.argmaxAgreement != nil }
      .min { ($0.argmaxAgreement ?? 1) < ($1.argmaxAgreement ?? 1) }
  }
}
