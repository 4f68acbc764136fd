import JSON
import Targets

extension TargetDocument {
  /// `tool` is the version of the tool as other reports have it.
  package func json(tool: JSONValue) -> JSONValue {
    .object([
      "schemaVersion": .integer(1), "tool": tool,
      "command": .array(command.map(JSONValue.string)),
      "input": .object(["path": .string(input.path), "bytes": .integer(input.bytes)]),
      "memory": assessments.first.map { first in
        .object([
          "weightBytes": .integer(first.memory.weights),
          "activationBytes": .integer(first.memory.activations),
        ])
      },
      "targets": .array(assessments.map(\.json)),
      "gates": .array(
        gates.map { gate in
          .object([
            "name": .string(gate.name), "limit": .string(gate.limit),
            "value": .string(gate.value), "passed": .bool(gate.passed),
          ])
        }),
      "exitCode": .integer(Int(exitCode)),
    ])
  }
}

extension Assessment {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(target.name), "title": .string(target.title),
      "operators": .integer(rows.count), "runs": .integer(runs),
      "unknown": .integer(rows.count { $0.verdict.key == "unknown" }),
      "isFull": .bool(isFull), "parts": .array(parts.map(JSONValue.integer)),
      "multiplications": .integer(multiplications),
      "multiplicationsOnTarget": .integer(multiplicationsOnTarget),
      "afterInt8": inIntegers?.json, "afterFix": afterFix?.json,
      "notes": .array(notes.map { .string($0.text) }),
      "rules": .object(target.marks.map { ($0.mark.rawValue, .integer($0.rules)) }),
      "verdicts": .array(rows.map(\.json)),
    ])
  }
}

extension Standing {
  var json: JSONValue {
    .object([
      "runs": .integer(runs), "operators": .integer(of),
      "parts": .array(parts.map(JSONValue.integer)),
      "left": .array(
        rows.groups.map { group in
          .object([
            "kind": .string(group.name), "operators": .integer(group.count),
            "verdict": .string(group.verdict.key),
            "reason": group.verdict.obstacle.map { .string($0.text) },
          ])
        }),
    ])
  }
}

extension Assessment.Row {
  fileprivate var json: JSONValue {
    .object([
      "subgraph": .integer(place.subgraph), "index": .integer(place.index),
      "kind": .string(name), "output": .string(label), "verdict": .string(verdict.key),
      "reason": verdict.obstacle.map { .string($0.text) },
    ])
  }
}
