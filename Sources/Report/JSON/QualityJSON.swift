import Evaluation
import JSON

extension ReportDocument.Quality {
  var json: JSONValue {
    .object([
      "samples": .integer(samples), "random": .bool(isRandom),
      "basis": isRandom ? nil : .string(basis.rawValue),
      "calibrationSamples": calibrationSamples.map(JSONValue.integer),
      "preparations": preparations.isEmpty
        ? nil : .array(preparations.map(JSONValue.string)),
      "training": training?.json,
      "rate": rate?.json,
      "skipped": skipped.isEmpty
        ? nil
        : .array(
          skipped.map {
            .object([("sample", .string($0.sample)), ("reason", .string($0.reason))])
          }),
      "top1": accuracy?.json,
      "outputs": .array(outputs.map(\.json)), "tensors": .array(tensors.map(\.json)),
      "worstOperators": .array(worst.prefix(10).map(\.json)),
      "operators": operators.isEmpty ? nil : .array(operators.map(\.json)),
      "advice": advice.map(JSONValue.string),
    ])
  }
}

extension CalibrationSummary.Rate {
  fileprivate var json: JSONValue {
    .object([
      "downloadBefore": .integer(downloadBefore), "downloadAfter": .integer(downloadAfter),
      "noiseBefore": .number(noiseBefore), "noiseAfter": .number(noiseAfter),
      "weights": .array(
        weights.map {
          .object([
            ("name", .string($0.name)), ("elements", .integer($0.elements)),
            ("bitsBefore", .number($0.bitsBefore)), ("bitsAfter", .number($0.bitsAfter)),
          ])
        }),
    ])
  }
}

extension CalibrationSummary.Training {
  fileprivate var json: JSONValue {
    .object([
      "steps": .integer(steps), "samples": .integer(samples), "loss": .string(loss),
      "measure": .string(measure.rawValue), "before": .number(before), "after": .number(after),
      "isKept": .bool(isKept), "curve": .array(curve.map(JSONValue.number)),
      "plannedSteps": .integer(planned), "bestStep": best.map { .integer($0.step) },
      "isAveraged": best.map { .bool($0.isAveraged) },
      "checks": checks.isEmpty ? nil : .array(checks.map(\.json)),
    ])
  }
}

extension CalibrationSummary.Training.Check {
  fileprivate var json: JSONValue {
    .object([("step", .integer(step)), ("error", .number(error))])
  }
}

extension ReportDocument.Quality.Row {
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
      "lowSampleSqnr": lowSampleSignal.map(JSONValue.number),
      "columns": columns?.json,
    ])
  }
}

extension ReportDocument.Quality.Columns {
  var json: JSONValue {
    .object([
      "axis": .integer(axis), "count": .integer(count), "worst": worst?.json,
      "lostCount": .integer(lostCount), "lost": .array(lost.map(\.pair)),
    ])
  }
}

extension ReportDocument.Quality.Column {
  fileprivate var json: JSONValue {
    .object([
      "columns": numbers.pair, "sqnr": .number(sqnr), "before": before.json, "after": after.json,
    ])
  }
}

extension ReportDocument.Quality.Column.Values {
  fileprivate var json: JSONValue {
    .object([
      "least": .number(Double(range.lowerBound)), "greatest": .number(Double(range.upperBound)),
      "distinct": .integer(distinct), "isMore": .bool(isMore),
    ])
  }
}

extension ClosedRange<Int> {
  fileprivate var pair: JSONValue { .array([.integer(lowerBound), .integer(upperBound)]) }
}

extension ReportDocument.Quality.OperatorError {
  var json: JSONValue {
    .object([
      "subgraph": .integer(subgraph), "index": .integer(index), "kind": .string(kind),
      "output": .string(output), "types": .string(types), "isCompared": .bool(row != nil),
      "maxAbs": row.map { .number($0.maxAbs) }, "rmse": row.map { .number($0.rmse) },
      "sqnr": row.map { .number($0.sqnr) },
      "rmsePerScale": row?.rmsePerScale.map(JSONValue.number),
      "saturated": row?.saturatedShare.map(JSONValue.number),
      "channelFactors": row?.channelFactors.map {
        .array([.number($0.lowerBound), .number($0.upperBound)])
      },
      "notFinite": row.map { .integer($0.notFinite) },
      "weights": weights.map { .string($0.text) },
      "bits": weights?.type.bits.map(JSONValue.integer),
      "block": weights?.block.map(JSONValue.integer),
      "weightError": weightError.map(JSONValue.number),
    ])
  }
}

extension Accuracy {
  package var json: JSONValue {
    .object([
      "accuracy": .number(share), "correct": .integer(correct), "samples": .integer(samples),
      "low": .number(interval.lowerBound), "high": .number(interval.upperBound),
    ])
  }
}

extension AccuracyChange {
  var json: JSONValue {
    .object(["before": before.json, "after": after.json, "drop": .number(drop)])
  }
}
