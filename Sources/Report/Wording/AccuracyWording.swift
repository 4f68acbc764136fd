extension Accuracy {
  /// "91.25 % (1095 of 1200; 95 % confidence: 89.52 to 92.72 %)".
  package var text: String { "\(Self.percent(share)) % (\(detail))" }

  /// "1095 of 1200; 95 % confidence: 89.52 to 92.72 %".
  var detail: String {
    let (low, high) = (Self.percent(interval.lowerBound), Self.percent(interval.upperBound))
    return "\(correct) of \(samples); 95 % confidence: \(low) to \(high) %"
  }

  static func percent(_ share: Double) -> String { Numbers.fixed(100 * share, 2) }
}

extension AccuracyChange {
  /// "91.25 % → 91.00 % on 1200 samples, drop 0.25 points".
  var text: String {
    "\(Accuracy.percent(before.share)) % → \(Accuracy.percent(after.share)) % on "
      + "\(Numbers.counted(before.samples, "sample")), drop \(Numbers.fixed(drop, 2)) points"
  }
}
