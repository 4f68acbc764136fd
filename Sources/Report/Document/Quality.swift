import Evaluation

extension ReportDocument {
  /// The difference between the outputs of the result and of the model, measured by running both.
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
      /// Nil if rows have one value.
      package var argmaxAgreement: Double?
      /// Values that are NaN or infinite only in the result.
      package var notFinite: Int
      /// Values that are NaN or infinite in the first model; the figures leave them out.
      package var notFiniteReference: Int
      package var elements: Int
      /// "int8", or "float32 → int8" where the models differ.
      var types = ""
      /// Nil if the result has no integers with one scale.
      package var scale: Double?
      /// Values that the integers' range cut off.
      package var saturated = 0
      /// The spread of both models' values over the integers' range.
      var histogram: ValueHistogram?
      /// The least and greatest factor if each channel is the other model's channel times a factor.
      /// RMSE and SQNR are computed after division by the factors, the greatest error and the
      /// cosine before.
      var channelFactors: ClosedRange<Double>?
      /// For outputs with columns: the worst column, and those that are lost.
      package var columns: Columns?
      /// For outputs: the SQNR that 95 % of the samples reach, or the least of up to 20 samples.
      package var lowSampleSignal: Double?

      /// False for strings and complex numbers.
      package var isCompared: Bool { elements > 0 }
    }

    /// How the samples were used before.
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
    /// The number of samples from which the ranges of integers were made; nil if unknown.
    package var calibrationSamples: Int?
    /// Whether they set the ranges of activations, or only the integers of weights.
    package var setsRanges = true
    package var outputs: [Row]
    /// Tensors that both models have, in the order in which they are made.
    package var tensors: [Row]
    /// Sentences that say how images and sound became inputs.
    package var preparations: [String] = []
    /// What coarser integers of weights save; nil where they are the plain ones.
    package var rate: CalibrationSummary.Rate?
    /// What training did; nil without it.
    package var training: CalibrationSummary.Training?
    /// Samples that were left out, and why; the first thousand.
    package var skipped: [(sample: String, reason: String)] = []
    /// Top-1 accuracy, if the samples have labels.
    package var accuracy: AccuracyChange?
    /// The second model's operators, if a table of them was asked for.
    package var operators: [OperatorError] = []
    /// The next thing to try, if a trial showed that it helps.
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
  /// Returns first the elements that meet the condition, then the others, each in their order.
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
    histogram = row.histogram
    guard let rescaled = row.rescaled else { return }
    (rmse, sqnr, channelFactors) = (rescaled.rmse, rescaled.sqnr, rescaled.factors)
    relativeL2 = rescaled.relativeL2
  }

  /// The SQNR of the output, or of its worst column if one is lost. It is 0 if the error is as
  /// large as the signal.
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
  /// The error in steps of the integers: rounding alone causes 0.29.
  var rmsePerScale: Double? { scale.flatMap { $0 > 0 ? rmse / $0 : nil } }

  /// The share of values outside the range of the integers. Nil without integers, and if channels
  /// have factors, which change the range of each channel.
  var saturatedShare: Double? {
    guard scale != nil, elements > 0, channelFactors == nil else { return nil }
    return Double(saturated) / Double(elements)
  }
}

extension ReportDocument.Quality {
  /// An output below this many decibels counts as poor.
  package static let poor = 20.0

  /// The least SQNR of an output or of a lost column; infinite if all are exact.
  package var poorest: Double { outputs.filter(\.isCompared).map(\.poorest).min() ?? .infinity }

  /// Tensors of integers, sorted by their error in steps, the greatest first.
  var worstSteps: [Row] {
    tensors.filter { $0.rmsePerScale != nil }.greatestFirst { $0.rmsePerScale ?? 0 }
  }

  func shows(worstSteps verbose: Bool) -> Bool { verbose || poorest < Self.poor }
}
