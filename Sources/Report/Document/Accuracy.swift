/// The number of samples that are classified correctly.
package struct Accuracy: Equatable, Sendable {
  package let correct: Int
  package let samples: Int

  package init(correct: Int, samples: Int) {
    self.correct = correct
    self.samples = samples
  }

  package var share: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }

  /// The 95 % confidence interval of the share of correct answers.
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
}

/// The accuracy of one model on samples with labels.
package struct ClassAccuracy: Sendable {
  package let top1: Accuracy
  package let top5: Accuracy
  package let classes: Int
  /// Sentences that say how images and sound became inputs.
  package let preparations: [String]

  package init(top1: Accuracy, top5: Accuracy, classes: Int, preparations: [String]) {
    self.top1 = top1
    self.top5 = top5
    self.classes = classes
    self.preparations = preparations
  }
}

/// The accuracy of the original model and of the result.
package struct AccuracyChange: Equatable, Sendable {
  package let before: Accuracy
  package let after: Accuracy

  package init(before: Accuracy, after: Accuracy) {
    self.before = before
    self.after = after
  }

  /// The loss of accuracy in percentage points; negative for a gain.
  package var drop: Double {
    before.samples == 0
      ? 0 : 100 * Double(before.correct - after.correct) / Double(before.samples)
  }
}
