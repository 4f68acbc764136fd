import JSON

/// How many of the samples are classified right.
package struct Accuracy: Equatable, Sendable {
  package let correct: Int
  package let samples: Int

  package init(correct: Int, samples: Int) {
    self.correct = correct
    self.samples = samples
  }

  package var share: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }

  /// Where the share of all that the samples stand for lies, with 95 % confidence.
  ///
  /// Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
  /// 1927.
  package var interval: ClosedRange<Double> {
    guard samples > 0 else { return 0...1 }
    // The normal distribution's quantile at 0.975.
    let z = 1.959963984540054
    let count = Double(samples)
    let denominator = 1 + z * z / count
    let center = (share + z * z / (2 * count)) / denominator
    let variance = share * (1 - share) / count + z * z / (4 * count * count)
    let half = z * variance.squareRoot() / denominator
    return max(0, center - half)...min(1, center + half)
  }

  /// "91.25 % (1095 of 1200; 95 % confidence: 89.52 to 92.72 %)".
  package var text: String {
    let (low, high) = (Self.percent(interval.lowerBound), Self.percent(interval.upperBound))
    return
      "\(Self.percent(share)) % (\(correct) of \(samples); 95 % confidence: \(low) to \(high) %)"
  }

  static func percent(_ share: Double) -> String { Numbers.fixed(100 * share, 2) }

  package var json: JSONValue {
    .object([
      "accuracy": .number(share), "correct": .integer(correct), "samples": .integer(samples),
      "low": .number(interval.lowerBound), "high": .number(interval.upperBound),
    ])
  }
}

/// The accuracy of a model and of the one that stands for it.
package struct AccuracyChange: Equatable, Sendable {
  package let before: Accuracy
  package let after: Accuracy

  package init(before: Accuracy, after: Accuracy) {
    self.before = before
    self.after = after
  }

  /// In percentage points; negative for a gain.
  package var drop: Double {
    before.samples == 0
      ? 0 : 100 * Double(before.correct - after.correct) / Double(before.samples)
  }

  /// "91.25 % → 91.00 % on 1200 samples, drop 0.25 points".
  var text: String {
    "\(Accuracy.percent(before.share)) % → \(Accuracy.percent(after.share)) % on "
      + "\(Numbers.counted(before.samples, "sample")), drop \(Numbers.fixed(drop, 2)) points"
  }

  var json: JSONValue {
    .object(["before": before.json, "after": after.json, "drop": .number(drop)])
  }
}
