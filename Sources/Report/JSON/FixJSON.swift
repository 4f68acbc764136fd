import Fixes
import JSON
import Optimizer
import Targets

extension FixResult {
  var json: JSONValue {
    .object([
      "operatorsBefore": .integer(operatorsBefore), "operatorsAfter": .integer(operatorsAfter),
      "rules": .array(
        rules.map { .object(["name": .string($0.name), "gone": .integer($0.gone)]) }),
      "takenBack": .array(
        refused.map { .object(["name": .string($0.name), "reason": .string($0.why.text)]) }),
      "target": target.map { target in
        .object([
          "name": .string(target.target.name), "before": target.before.json,
          "after": target.after.json, "grownBytes": .integer(target.grown),
        ])
      },
      "difference": difference.map(JSONValue.number),
      "notRun": reason.map(JSONValue.string),
    ])
  }

  private var difference: Double? {
    if case .ran(let difference, _) = check { difference } else { nil }
  }

  private var reason: String? {
    if case .notRun(let why) = check { why } else { nil }
  }
}
