import Evaluation

extension ReportDocument.Quality {
  /// The inputs that the quality was measured on: "10 samples".
  var source: String {
    guard !isRandom else { return Numbers.counted(samples, "random input") }
    switch basis {
    case .given: return Numbers.counted(samples, "sample")
    case .heldOut: return Numbers.counted(samples, "held-out sample")
    case .calibration: return "the " + Numbers.counted(samples, "calibration sample")
    }
  }
}

extension CalibrationSummary.Unseen {
  /// "held out: 22.3 dB, the worst tenth 18.0 dB (before SOFTMAX, each with the ranges of the others)".
  package var text: String {
    func decibels(_ noise: Double) -> String {
      Numbers.fixed(ErrorStatistics.decibels(1, noise), 1) + " dB"
    }
    return "held out: \(decibels(noise)), the worst tenth \(decibels(worst)) "
      + "(before SOFTMAX, each with the ranges of the others)"
  }
}

extension CalibrationSummary.Rate {
  /// "coarser integers in 12 weights: download 452 KB → 371 KB, 22.3 → 22.3 dB (before SOFTMAX)".
  package var text: String {
    func decibels(_ noise: Double) -> String {
      Numbers.fixed(ErrorStatistics.decibels(1, noise), 1)
    }
    return "coarser integers in \(weights.count) weight\(weights.count == 1 ? "" : "s"): download "
      + "\(Numbers.bytes(downloadBefore)) → \(Numbers.bytes(downloadAfter)), "
      + "\(decibels(noiseBefore)) → \(decibels(noiseAfter)) dB (before SOFTMAX)"
  }
}

extension CalibrationSummary.Training {
  /// "trained 4000 steps on 400 samples: divergence 0.0212 → 0.0144 on others".
  package var text: String {
    func decibels(_ noise: Double) -> String {
      Numbers.fixed(ErrorStatistics.decibels(1, noise), 1)
    }
    let change =
      switch measure {
      case .noise:
        "\(decibels(before)) → \(decibels(after)) dB on others (mean of before and behind SOFTMAX)"
      case .divergence: "divergence \(Numbers.short(before)) → \(Numbers.short(after)) on others"
      case .crossEntropy:
        "cross-entropy \(Numbers.short(before)) → \(Numbers.short(after)) on others"
      }
    let made =
      steps < planned
      ? "\(steps) of \(Numbers.counted(planned, "step"))" : Numbers.counted(steps, "step")
    return "trained \(made) on \(Numbers.counted(samples, "sample")): "
      + change + (isKept ? "" : ", so the weights were left as they were")
  }

  /// Which values were taken, and why training ended; nil without checks.
  package var choice: String? {
    guard let best else { return nil }
    let what = best.isAveraged ? "the mean of the last steps' values" : "the values"
    return
      "On the word of held-out samples \(what) after \(Numbers.counted(best.step, "step")) were taken"
      + (steps < planned ? "; training ended since nothing better came for long." : ".")
  }
}

extension ReportDocument.Quality {
  /// "from 40 samples, then widened by 10 held-out ones"; of weights alone "chosen on 40 samples".
  var rangesSource: String? {
    guard let calibrationSamples, !isRandom else { return nil }
    guard setsRanges else { return "chosen on \(Numbers.counted(calibrationSamples, "sample"))" }
    let heldOut = basis == .heldOut ? samples : 0
    return "from \(Numbers.counted(calibrationSamples, "sample"))"
      + (heldOut > 0 ? ", then widened by \(heldOut) held-out one\(heldOut == 1 ? "" : "s")" : "")
  }
}

extension ReportDocument.Quality.Row {
  /// The SQNR in decibels: "78.9", or a word where there is no number.
  var signal: String {
    guard isCompared, !sqnr.isNaN else { return "–" }
    if isExact { return "exact" }
    return sqnr.isFinite ? Numbers.fixed(sqnr, 1) : maxAbs == 0 ? "–" : "−∞"
  }

  /// "99.9 %". It is "100 %" only if all agree.
  var agreement: String? {
    argmaxAgreement.map { Numbers.fixed($0 < 1 ? min(100 * $0, 99.9) : 100, 1) + " %" }
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

  /// "0.1 %". A share above 0 never reads as 0.
  var saturatedPercent: String {
    guard let share = saturatedShare else { return "–" }
    return share > 0 && share < 0.0005 ? "< 0.1 %" : Numbers.fixed(100 * share, 1) + " %"
  }
}
