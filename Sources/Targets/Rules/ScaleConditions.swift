import TFLite

extension OperatorView.Operand {
  fileprivate var scale: Float? { scales.first }

  fileprivate func hasScale(of other: Self) -> Bool {
    isAssumed || other.isAssumed
      || scale == other.scale && (zeroPoints.first ?? 0) == (other.zeroPoints.first ?? 0)
  }
}

extension Condition {
  /// Every data input has scale and zero point of the result.
  static let equalScales = Condition { view in
    guard let output = view.output else { return nil }
    return view.dataInputs.allSatisfy { $0.hasScale(of: output) } ? nil : .scalesDiffer
  }

  /// A product's input scale × greatest weight scale / output scale.
  static func productScale(below limit: Float) -> Condition {
    Condition { view in
      guard let input = view.dataInputs.first, let output = view.output, !input.isAssumed,
        let scale = input.scale, let target = output.scale, target > 0,
        let weight = view.weights.first?.scales.max()
      else { return nil }
      return scale * weight / target < limit ? nil : .scaleRatio
    }
  }

  /// Input scales relative to the output's are in the range.
  static func scaleRatio(_ range: Range<Float>) -> Condition {
    ratio { view, target in
      view.dataInputs.map { ($0.scale ?? 1) / target }.allSatisfy(range.contains)
    }
  }

  static func closedScaleRatio(_ range: ClosedRange<Float>) -> Condition {
    ratio { view, target in
      view.dataInputs.map { ($0.scale ?? 1) / target }.allSatisfy(range.contains)
    }
  }

  /// The product of both input scales relative to the output's is in the range.
  static func scaleProductRatio(_ range: Range<Float>) -> Condition {
    ratio { view, target in
      range.contains(view.dataInputs.reduce(1) { $0 * ($1.scale ?? 1) } / target)
    }
  }

  private static func ratio(
    _ holds: @escaping @Sendable (OperatorView, Float) -> Bool
  ) -> Condition {
    Condition { view in
      guard let output = view.output, let target = output.scale, target > 0,
        !view.data.contains(where: \.isAssumed), view.dataInputs.allSatisfy({ $0.scale != nil })
      else { return nil }
      return holds(view, target) ? nil : .scaleRatio
    }
  }

  /// Inputs, weights and outputs have scales.
  static let hasScales = Condition { view in
    (view.data + view.weights).allSatisfy { !$0.scales.isEmpty } ? nil : .noScale
  }

  /// Narrow integers have scales.
  static let narrowHasScales = Condition { view in
    (view.data + view.weights).contains { $0.type.isNarrowInteger && $0.scales.isEmpty }
      ? .noScale : nil
  }

  static let positiveScales = Condition { view in
    (view.data + view.weights).allSatisfy { $0.scales.allSatisfy { $0 > 0 } }
      ? nil : .scaleNotPositive
  }

  static let oneScale = Condition { view in
    view.data.contains(where: \.isPerChannel) ? .perChannel(.input) : nil
  }

  static let oneWeightScale = Condition { view in
    view.weights.contains(where: \.isPerChannel) ? .perChannel(.filter) : nil
  }
}
