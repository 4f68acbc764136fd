import Interpreter

extension ReportDocument {
  /// How far the result's outputs are from the model's, measured by running both.
  public struct Quality: Sendable {
    /// An output, or a tensor inside.
    public struct Row: Sendable {
      public var name: String
      /// Of the operator that makes it; empty for outputs.
      public var operatorName: String
      public var maxAbs: Double
      public var rmse: Double
      public var relativeL2: Double
      public var sqnr: Double
      public var cosine: Double
      /// Nil where rows have one value.
      public var argmaxAgreement: Double?
      public var notFinite: Int
    }

    public var samples: Int
    /// There was no data: the inputs were random.
    public var isRandom: Bool
    public var outputs: [Row]
    /// Tensors that both models have, in the order in which they are made.
    public var tensors: [Row]

    public init(_ comparison: Comparison, isRandom: Bool) {
      samples = comparison.samples
      self.isRandom = isRandom
      outputs = comparison.outputRows.map(Row.init)
      tensors = comparison.tensorRows.map(Row.init)
    }
  }

  /// The comparison for people: outputs, then the tensors with the least SQNR, or all.
  public func qualityText(allTensors: Bool) -> String {
    guard let quality else { return "" }
    let source = quality.isRandom ? "random inputs" : "samples"
    var lines = ["\(headline): compared on \(quality.samples) \(source)"]
    let heading = "    max abs      rel. L2     SQNR dB   cosine    argmax"
    lines.append("  output".padded(34) + heading)
    lines += quality.outputs.map(\.text)
    if !quality.tensors.isEmpty {
      let worst = quality.tensors.sorted { $0.sqnr < $1.sqnr }
      let shown = allTensors ? quality.tensors : Array(worst.prefix(10))
      lines.append((allTensors ? "  tensor" : "  worst tensors").padded(34) + heading)
      lines += shown.map(\.text)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension ReportDocument.Quality.Row {
  init(_ row: Comparison.Row) {
    let statistics = row.statistics
    self.init(
      name: row.name, operatorName: row.operatorName, maxAbs: statistics.maxAbs,
      rmse: statistics.rmse, relativeL2: statistics.relativeL2, sqnr: statistics.sqnr,
      cosine: statistics.cosine, argmaxAgreement: statistics.agreement,
      notFinite: statistics.notFinite)
  }

  var text: String {
    let label = "  " + HTMLText.shortened(name.isEmpty ? "(no name)" : name, to: 30)
    let agreement = argmaxAgreement.map { Numbers.fixed(100 * $0, 1) + " %" } ?? "–"
    let broken = notFinite > 0 ? "  \(notFinite) NaN or infinite" : ""
    return label.padded(34) + Numbers.short(maxAbs).padded(11, left: true)
      + Numbers.short(relativeL2).padded(13, left: true)
      + (sqnr.isFinite ? Numbers.fixed(sqnr, 1) : "exact").padded(12, left: true)
      + Numbers.fixed(cosine, 5).padded(9, left: true) + agreement.padded(10, left: true) + broken
  }

  var json: JSONValue {
    .object([
      "name": .string(name), "operator": operatorName.isEmpty ? nil : .string(operatorName),
      "maxAbs": .number(maxAbs), "rmse": .number(rmse), "relativeL2": .number(relativeL2),
      "sqnr": .number(sqnr), "cosine": .number(cosine),
      "argmaxAgreement": argmaxAgreement.map(JSONValue.number) ?? .null,
      "notFinite": .integer(notFinite),
    ])
  }
}

extension ReportDocument.Quality {
  var json: JSONValue {
    .object([
      "samples": .integer(samples), "random": .bool(isRandom),
      "outputs": .array(outputs.map(\.json)), "tensors": .array(tensors.map(\.json)),
      "worstOperators": .array(
        tensors.sorted { $0.sqnr < $1.sqnr }.prefix(10).map(\.json)),
    ])
  }
}
