import JSON
import OpSet
import TFLite

extension ContainerDocument {
  /// `members` are the reports of the models, `error` says why the exit code is not 0.
  package func json(_ members: [JSONValue], exitCode: Int32, error: String?) -> JSONValue {
    .object([
      "schemaVersion": .integer(1),
      "tool": .object(["name": .string("optimize"), "version": .string(toolVersion)]),
      "command": .array(command.map(JSONValue.string)),
      "container": .object([
        "kind": .string(kind), "sections": .integer(sections), "models": .integer(models),
        "changedModels": .integer(changed),
      ]),
      "input": input.json,
      "output": output?.json ?? .null,
      "models": .array(members),
      "gates": .array(gates.map(\.json)),
      "error": error.map(JSONValue.string),
      "exitCode": .integer(Int(exitCode)),
    ])
  }
}

extension ContainerInspection {
  package var json: JSONValue {
    .object([
      "schemaVersion": .integer(1), "path": .string(path),
      "bytes": .integer(container.file.bytes.count), "container": .string(container.kind),
      "metadata": Self.json(of: container.format.facts),
      "sections": .array(rows.map(Self.json(of:))),
    ])
  }

  private static func json(of facts: [(key: String, value: String)]) -> JSONValue {
    .object(facts.map { ($0.key, .string($0.value)) })
  }

  private static func json(of row: Row) -> JSONValue {
    .object([
      "name": .string(row.name), "kind": .string(row.kind), "offset": .integer(row.offset),
      "bytes": .integer(row.bytes), "metadata": row.facts.isEmpty ? nil : json(of: row.facts),
      "model": row.model.map { model in
        .object([
          "subgraphs": .integer(model.subgraphs.count),
          "operators": .integer(model.subgraphs.reduce(0) { $0 + $1.operators.count }),
          "weightBytes": .integer(weights(of: model)),
          "minRuntime": .optional(model.leastRuntime?.description),
          "signatures": .array(model.signatures.map { .string($0.key?.description ?? "") }),
        ])
      },
    ])
  }
}
