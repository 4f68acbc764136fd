extension NumberForm {
  /// Returns "(x − 127.5) / 127.5, from the model's metadata".
  func text(ofPixels isOfPixels: Bool) -> String {
    "\(formula(isOfPixels))\(encodingText)\(originText(isOfPixels))"
  }

  private func formula(_ isOfPixels: Bool) -> String {
    let name = isOfPixels ? "pixel" : "value"
    if case .integer(_, _, let offset) = encoding, isPlain {
      return offset == 0 ? "\(name)s as they are" : "\(name) − \(Self.text(-offset))"
    }
    guard !isPlain else {
      return isOfPixels ? "pixels from 0 to 255" : "values from −1 to 1"
    }
    let factor = scale == 1 ? name : "\(name) · \(Self.text(scale))"
    let hasMean = mean.contains { $0 != 0 }
    let hasStd = std.contains { $0 != 1 }
    let difference = hasMean ? "\(factor) − \(Self.text(mean))" : factor
    guard hasStd else { return difference }
    return (hasMean ? "(\(difference))" : difference) + " / \(Self.text(std))"
  }

  private var isPlain: Bool {
    scale == 1 && mean.allSatisfy { $0 == 0 } && std.allSatisfy { $0 == 1 }
  }

  private var encodingText: String {
    if case .quantized = encoding { return ", then the input's scale" }
    return ""
  }

  private func originText(_ isOfPixels: Bool) -> String {
    switch origin {
    case .options: ", as asked for"
    case .metadata: ", as the model's metadata say"
    case .assumed where !isOfPixels || isPlain: ""
    case .assumed: ", assumed: the model has no metadata for it (--mean, --std and --scale do)"
    }
  }

  private static func text(_ values: [Float]) -> String {
    values.count == 1 ? text(values[0]) : "[\(values.map(text).joined(separator: ", "))]"
  }

  /// Returns a number, without decimals if it is whole.
  private static func text(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e7 ? "\(Int(value))" : "\(value)"
  }
}
