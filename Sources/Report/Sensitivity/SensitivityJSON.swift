import JSON
import Optimizer

extension SensitivityDocument {
  /// `tool` is the version of the tool as other reports have it.
  package func json(tool: JSONValue) -> JSONValue {
    .object([
      "schemaVersion": .integer(1), "tool": tool,
      "command": .array(command.map(JSONValue.string)),
      "input": .object(["path": .string(input.path), "bytes": .integer(input.bytes)]),
      "samples": .integer(sensitivities.samples),
      "preparations": .array(preparations.map(JSONValue.string)),
      "weights": .integer(sensitivities.weights),
      "multiplications": .integer(sensitivities.multiplications),
      "forms": .array(sensitivities.forms.map { .string($0.name) }),
      "operators": .array(sensitivities.operators.map(entry)),
      "warnings": .array(warnings.map(JSONValue.string)),
      "exitCode": .integer(0),
    ])
  }

  private func entry(_ row: OperatorSensitivity) -> JSONValue {
    .object([
      "index": .integer(row.index), "kind": .string(row.kind), "output": .string(row.output),
      "weights": .integer(row.weights), "multiplications": .integer(row.multiplications),
      // Noise to signal, which adds up where it is little: SQNR would be infinite for exact outputs.
      "noise": .object(
        zip(sensitivities.forms, row.noises).compactMap { form, noise in
          noise.map { (key: form.name, value: .number($0)) }
        }),
    ])
  }
}
