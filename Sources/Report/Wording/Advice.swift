import Evaluation
import Optimizer

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
      return
        "--range minmax: \(cut.saturatedPercent) of '\(ReadableText.shortened(cut.name, to: 40))' "
        + "are cut off"
    }
    // 30 dB are an error of 3 %.
    if signal < 30, options.mode == .int8, options.effort < 3 {
      return "--effort 3: an output has \(Numbers.fixed(signal, 1)) dB"
    }
    return nil
  }
}
