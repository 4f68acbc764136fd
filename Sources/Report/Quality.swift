import Evaluation
import Interpreter
import JSON

extension ReportDocument {
  /// How far the result's outputs are from the model's, measured by running both.
  package struct Quality: Sendable {
    /// An output, or a tensor inside.
    package struct Row: Sendable {
      package var name: String
      /// Of the operator that makes it; empty for outputs.
      package var operatorName: String
      package var maxAbs: Double
      package var rmse: Double
      package var relativeL2: Double
      package var sqnr: Double
      package var cosine: Double
      /// Nil where rows have one value.
      package var argmaxAgreement: Double?
      /// Values that are NaN or infinite in the result alone.
      package var notFinite: Int
      /// Values that are in the model that was given first; they are left out.
      package var notFiniteReference: Int
      package var elements: Int
      /// "int8", or "float32 → int8" where the models differ.
      var types = ""
      /// Nil where the result has no integers with one scale.
      package var scale: Double?
      /// Values that the range of the integers cut off.
      package var saturated = 0
      /// The least and greatest factor where channels are those of the other model times one each;
      /// figures but for the greatest error and the cosine are those beside that.
      var channelFactors: ClosedRange<Double>?

      /// Strings and complex numbers are not.
      package var isCompared: Bool { elements > 0 }
    }

    /// What the samples were before.
    package enum Basis: String, Sendable {
      case given
      /// Calibration did not see them.
      case heldOut = "held-out"
      /// Ranges were made from them.
      case calibration
    }

    package var samples: Int
    /// There was no data: the inputs were random.
    package var isRandom: Bool
    package var basis = Basis.given
    package var outputs: [Row]
    /// Tensors that both models have, in the order in which they are made.
    package var tensors: [Row]
    /// How images and sound became inputs.
    package var preparations: [String] = []
    /// Top-1, where the samples have labels.
    package var accuracy: AccuracyChange?
    /// The second model's operators, where a table of them was asked for.
    package var operators: [OperatorError] = []
    /// What to try next, where the figures say so.
    package var advice: String?

    /// The tensors that differ most, worst first: those with NaN, then by SQNR.
    var worst: [Row] {
      tensors.enumerated().filter { !$0.element.isExact }
        .sorted { a, b in
          (a.element.sqnr, a.offset) < (b.element.sqnr, b.offset)
        }
        .map(\.element).stablyPartitioned { $0.notFinite > 0 }
    }

    /// What it was measured on: "10 samples".
    var source: String {
      guard !isRandom else { return Numbers.counted(samples, "random input") }
      switch basis {
      case .given: return Numbers.counted(samples, "sample")
      case .heldOut: return Numbers.counted(samples, "held-out sample")
      case .calibration: return "the " + Numbers.counted(samples, "calibration sample")
      }
    }
  }

  /// The comparison for people: outputs, then the ten worst tensors inside, or all.
  package func qualityText(allTensors: Bool) -> String {
    guard let quality else { return "" }
    var lines = ["\(headline): compared on \(quality.source)"]
    lines += quality.preparations.map { "  \($0)" }
    if let accuracy = quality.accuracy { lines.append("  top-1 \(accuracy.text)") }
    let heading = "    max abs      rel. L2     SQNR dB   cosine    argmax"
    lines.append("  output".padded(34) + heading)
    lines += quality.outputs.map(\.text)
    let worst = quality.worst
    let shown = allTensors ? quality.tensors : Array(worst.prefix(10))
    if !shown.isEmpty {
      lines.append((allTensors ? "  tensor" : "  worst tensors").padded(34) + heading)
      lines += shown.map(\.text)
    }
    let rest = quality.tensors.count - shown.count
    if rest > 0 {
      let differing = worst.count - shown.count
      let what = differing > 0 ? "\(differing) of them differ" : "exact"
      lines.append("  and \(Numbers.counted(rest, "tensor")), \(what); --verbose lists all")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Array {
  /// Those that meet the condition, then the others, each in their order.
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
    guard let rescaled = row.rescaled else { return }
    (rmse, sqnr, channelFactors) = (rescaled.rmse, rescaled.sqnr, rescaled.factors)
    relativeL2 = rescaled.relativeL2
  }

  var isExact: Bool { maxAbs == 0 && notFinite == 0 }

  /// Of SQNR: "78.9", or a word where there is no number.
  var signal: String {
    guard isCompared, !sqnr.isNaN else { return "–" }
    if isExact { return "exact" }
    return sqnr.isFinite ? Numbers.fixed(sqnr, 1) : maxAbs == 0 ? "–" : "−∞"
  }

  /// "99.9 %": 100 % is said only where all agree.
  var agreement: String? {
    argmaxAgreement.map { Numbers.fixed($0 < 1 ? min(100 * $0, 99.9) : 100, 1) + " %" }
  }

  var text: String {
    let label = "  " + HTMLText.shortened(name.isEmpty ? "(no name)" : name, to: 30)
    guard isCompared else { return label.padded(34) + "    not compared: no numbers" }
    let broken = notFinite > 0 ? "  \(notFinite) NaN or infinite" : ""
    return label.padded(34) + Numbers.short(maxAbs).padded(11, left: true)
      + Numbers.short(relativeL2).padded(13, left: true)
      + signal.padded(12, left: true) + Numbers.fixed(cosine, 5).padded(9, left: true)
      + (agreement ?? "–").padded(10, left: true) + broken
  }

  var json: JSONValue {
    .object([
      "name": .string(name), "operator": operatorName.isEmpty ? nil : .string(operatorName),
      "maxAbs": .number(maxAbs), "rmse": .number(rmse), "relativeL2": .number(relativeL2),
      "sqnr": .number(sqnr), "cosine": .number(cosine),
      "argmaxAgreement": argmaxAgreement.map(JSONValue.number) ?? .null,
      "elements": .integer(elements), "notFinite": .integer(notFinite),
      "types": types.isEmpty ? nil : .string(types),
      "rmsePerScale": rmsePerScale.map(JSONValue.number),
      "saturated": saturatedShare.map(JSONValue.number),
      "channelFactors": channelFactors.map {
        .array([.number($0.lowerBound), .number($0.upperBound)])
      },
    ])
  }
}

extension ReportDocument.Quality {
  package init(_ comparison: Comparison, isRandom: Bool) {
    self.init(
      samples: comparison.samples, isRandom: isRandom,
      outputs: comparison.outputRows.map(Row.init), tensors: comparison.tensorRows.map(Row.init))
  }

  var json: JSONValue {
    .object([
      "samples": .integer(samples), "random": .bool(isRandom),
      "basis": isRandom ? nil : .string(basis.rawValue),
      "preparations": preparations.isEmpty
        ? nil : .array(preparations.map(JSONValue.string)),
      "top1": accuracy?.json,
      "outputs": .array(outputs.map(\.json)), "tensors": .array(tensors.map(\.json)),
      "worstOperators": .array(worst.prefix(10).map(\.json)),
      "operators": operators.isEmpty ? nil : .array(operators.map(\.json)),
      "advice": advice.map(JSONValue.string),
    ])
  }
}
