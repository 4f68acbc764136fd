import Evaluation
import Optimizer

extension ReportDocument.Quality.Row {
  /// The error in steps of the integers: rounding alone makes 0.29.
  var rmsePerScale: Double? { scale.flatMap { $0 > 0 ? rmse / $0 : nil } }

  /// The share of values that the range of the integers cut off; nil where there are no integers,
  /// and where channels have factors, which move what is cut off.
  var saturatedShare: Double? {
    guard scale != nil, elements > 0, channelFactors == nil else { return nil }
    return Double(saturated) / Double(elements)
  }

  /// "0.52", or a dash.
  var steps: String { rmsePerScale.map { Numbers.fixed($0, 2) } ?? "–" }

  /// The greatest error; a dash where channels have factors.
  var greatestError: String { channelFactors == nil ? Numbers.short(maxAbs) : "–" }

  /// "channels × 1.00–7.21".
  var factors: String? {
    channelFactors.map {
      "channels × \(Numbers.fixed($0.lowerBound, 2))–\(Numbers.fixed($0.upperBound, 2))"
    }
  }

  /// "0.1 %": what is not nothing does not read as nothing.
  var saturatedPercent: String {
    guard let share = saturatedShare else { return "–" }
    return share > 0 && share < 0.0005 ? "< 0.1 %" : Numbers.fixed(100 * share, 1) + " %"
  }
}

extension ReportDocument.Quality {
  /// Below this many decibels an output shows what went wrong.
  static let poor = 20.0

  /// The worst output's signal to noise; infinite where all are exact.
  var leastSignal: Double { outputs.filter(\.isCompared).map(\.sqnr).min() ?? .infinity }

  /// Tensors of integers, those first whose error is most steps.
  var worstSteps: [Row] {
    tensors.enumerated().filter { $0.element.rmsePerScale != nil }
      .sorted { a, b in
        (b.element.rmsePerScale ?? 0, a.offset) < (a.element.rmsePerScale ?? 0, b.offset)
      }
      .map(\.element)
  }

  func shows(worstSteps verbose: Bool) -> Bool { verbose || leastSignal < Self.poor }
}

extension ReportDocument {
  /// Says what to try next where the figures of an integer model ask for it: one thing, that which
  /// is most likely to help.
  package mutating func advise(_ options: IntegerOptions, _ calibration: CalibrationSummary) {
    let advice = advice(options, calibration)
    quality?.advice = advice
  }

  private func advice(_ options: IntegerOptions, _ calibration: CalibrationSummary) -> String? {
    guard let quality else { return nil }
    let signal = quality.leastSignal
    let floats = coverage.operatorsTotal - coverage.operatorsChanged
    let cut = quality.tensors.max { ($0.saturatedShare ?? 0) < ($1.saturatedShare ?? 0) }
    if signal < Quality.poor, options.mode == .int8 {
      return "--mode int16x8: with int8 an output has \(Numbers.fixed(signal, 1)) dB"
    }
    if 2 * floats > coverage.operatorsTotal {
      return "--mode dynamic: \(floats) of \(Numbers.counted(coverage.operatorsTotal, "operator")) "
        + "stay float"
    }
    if calibration.samples < CalibrationSummary.fewSamples {
      return "more samples in --rep-data: ranges come from \(calibration.samples)"
    }
    if let cut, let share = cut.saturatedShare, share > 0.01, options.range != .minmax {
      return "--range minmax: \(cut.saturatedPercent) of '\(HTMLText.shortened(cut.name, to: 40))' "
        + "are cut off"
    }
    // 30 dB are an error of 3 %.
    if signal < 30, options.mode == .int8, options.effort < 3 {
      return "--effort 3: an output has \(Numbers.fixed(signal, 1)) dB"
    }
    return nil
  }
}
