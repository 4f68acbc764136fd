import JSON

extension Choice {
  var json: JSONValue {
    .object([
      "tree": .array(branches.map { .string($0.text) }),
      "candidates": .array(candidates.map(\.json)),
    ])
  }
}

extension Choice.Candidate {
  fileprivate var json: JSONValue {
    .object([
      "steps": .array(steps.map(JSONValue.string)),
      "bytes": result.map { .integer($0.bytes) },
      "download": result.map { .integer($0.download) },
      "sqnr": result.map { .number($0.signal) },
      "argmaxAgreement": result?.agreement.map(JSONValue.number),
      "drop": result?.drop.map(JSONValue.number),
      "secondsPerRun": result.map { .number($0.secondsPerRun) },
      "shareOnTarget": result?.shareOnTarget.map(JSONValue.number),
      "isOnFront": .bool(isOnFront), "isChosen": .bool(isChosen),
      "misses": .array(misses.map(JSONValue.string)),
      "failure": failure.map(JSONValue.string),
    ])
  }
}
