import Evaluation

extension ReportDocument {
  /// The distance between the result's outputs and the model's, measured by running both.
  package struct Quality: Sendable {
    /// An output, or a tensor inside.
    package struct Row: Sendable {
      package var name: String
      /// The name of the operator that makes the tensor; empty for outputs.
      package var operatorName: String
      package var maxAbs: Double
      package var rmse: Double
      package var relativeL2: Double
      package var sqnr: Double
      package var cosine: Double
      /// Nil where rows have one value.
      package var argmaxAgreement: Double?
      /// Values that are NaN or infinite in the result alone.
      package var notFinite: Int
      /// Values that are NaN or infinite in the first model; the figures leave them out.
      package var notFiniteReference: Int
      package var elements: Int
      /// "int8", or "float32 → int8" where the models differ.
      var types = ""
      /// Nil where the result has no integers with one scale.
      package var scale: Double?
      /// Values that the range of the integers cut off.
      package var saturated = 0
      /// The least and greatest factor where each channel is the other model's channel times a
      /// factor. RMSE and SQNR are computed after the factors are divided out, the greatest error
      /// and the cosine before.
      var channelFactors: ClosedRange<Double>?
      /// Of outputs that have columns: the worst one, and those that are lost.
      package var columns: Columns?
      /// Of outputs: the SQNR that 95 % of the samples reach, or the least of up to 20 samples.
      package var lowSampleSignal: Double?

      /// Strings and complex numbers are not.
      package var isCompared: Bool { elements > 0 }
    }

    /// The earlier use of the samples.
    package enum Basis: String, Sendable {
      case given
      /// Calibration did not see them.
      case heldOut = "held-out"
      /// Ranges were made from them.
      case calibration
    }

    package var samples: Int
    /// Whether the inputs were random, since there was no data.
    package var isRandom: Bool
    package var basis = Basis.given
    /// The samples that the ranges of integers were made from; nil where that is not known.
    package var calibrationSamples: Int?
    package var outputs: [Row]
    /// Tensors that both models have, in the order in which they are made.
    package var tensors: [Row]
    /// Sentences that say how images and sound became inputs.
    package var preparations: [String] = []
    /// Top-1, where the samples have labels.
    package var accuracy: AccuracyChange?
    /// The second model's operators, where a table of them was asked for.
    package var operators: [OperatorError] = []
    /// The next thing to try, where a trial showed that it helps.
    package var advice: String?

    /// The tensors that differ most, worst first: those with NaN, then by SQNR.
    package var worst: [Row] {
      tensors.enumerated().filter { !$0.element.isExact }
        .sorted { a, b in
          (a.element.sqnr, a.offset) < (b.element.sqnr, b.offset)
        }
        .map(\.element).stablyPartitioned { $0.notFinite > 0 }
    }
  }
}

extension Array {
  /// Returns the elements that meet the condition, then the others, each in their order.
  fileprivate func stablyPartitioned(_ isFirst: (Element) -> Bool) -> [Element] {
    filter(isFirst) + filter { !isFirst($0) }
  }
}

extension ReportDocument.Quality.Row {
  init(_ row: Comparison.Row) {
    let statistics = row.statistics
    self.init(
      name: row.name, operatorName: row.operatorName, maxAbs: statistics.maxAbs,
      rmse: statistics.rmse, relativeL2: statistics.relativeL2, sqnr: statistics.sqnr,
      cosine: statistics.cosine, argmaxAgreement: statistics.agreement,
      notFinite: statistics.notFinite, notFiniteReference: statistics.notFiniteReference,
      elements: statistics.elements,
      types: row.type == row.referenceType ? "\(row.type)" : "\(row.referenceType) → \(row.type)",
      scale: row.scale, saturated: row.saturated)
    columns = .init(row.columns)
    lowSampleSignal = row.lowSampleSignal
    guard let rescaled = row.rescaled else { return }
    (rmse, sqnr, channelFactors) = (rescaled.rmse, rescaled.sqnr, rescaled.factors)
    relativeL2 = rescaled.relativeL2
  }

  /// The SQNR of the output or of its worst column, where one is lost; an error as large as the
  /// signal is 0.
  package var poorest: Double {
    let isWhole = columns?.lost.isEmpty != false
    return max(0, isWhole ? sqnr : min(sqnr, columns?.worst?.sqnr ?? sqnr))
  }

  var isExact: Bool { maxAbs == 0 && notFinite == 0 }
}

extension ReportDocument.Quality {
  package init(_ comparison: Comparison, isRandom: Bool) {
    self.init(
      samples: comparison.samples, isRandom: isRandom,
      outputs: comparison.outputRows.map(Row.init), tensors: comparison.tensorRows.map(Row.init))
  }
}

extension ReportDocument.Quality.Row {
  /// The error in steps of the integers: rounding alone makes 0.29.
  var rmsePerScale: Double? { scale.flatMap { $0 > 0 ? rmse / $0 : nil } }

  /// The share of values outside the range of the integers; nil without integers, and where
  /// channels have factors, which change the range of each channel.
  var saturatedShare: Double? {
    guard scale != nil, elements > 0, channelFactors == nil else { return nil }
    return Double(saturated) / Double(elements)
  }
}

extension ReportDocument.Quality {
  /// Below this many decibels an output shows what went wrong.
  package static let poor = 20.0

  /// The least SQNR of an output or of a column that is lost; infinite where all are exact.
  package var poorest: Double { outputs.filter(\.isCompared).map(\.poorest).min() ?? .infinity }

  /// Tensors of integers, those first whose error is most steps.
  var worstSteps: [Row] {
    tensors.enumerated().filter { $0.element.rmsePerScale != nil }
      .sorted { a, b in
        (b.element.rmsePerScale ?? 0, a.offset) < (a.element.rmsePerScale ?? 0, b.offset)
      }
      .map(\.element)
  }

  func shows(worstSteps verbose: Bool) -> Bool { verbose || poorest < Self.poor }
}
