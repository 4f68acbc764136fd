import JSON

extension ReportDocument {
  /// The report as JSON, schema version 1. Keys are only ever added.
  package var json: JSONValue { json(error: nil) }

  /// The same; `error` says why the exit code is not 0.
  package func json(error: String?) -> JSONValue {
    .object([
      "schemaVersion": .integer(1),
      "tool": .object(["name": .string("optimize"), "version": .string(toolVersion)]),
      "command": .array(command.map(JSONValue.string)),
      "input": input.json,
      "output": output?.json ?? .null,
      "minRuntime": .object([
        "before": .optional(minRuntime.before), "after": .optional(minRuntime.after),
        "wanted": runtimeCost.map { .string($0.wanted) },
        "coarser": runtimeCost.map { .array($0.concessions.coarser.map(JSONValue.string)) },
        "decoded": runtimeCost.map { .array($0.concessions.decoded.map(JSONValue.string)) },
        "wider": runtimeCost.map { .array($0.concessions.wider.map(JSONValue.string)) },
      ]),
      "steps": .array(steps.map(\.json)),
      "tensors": .array(tensors.map(\.json)),
      "operators": .array(operators.map(\.json)),
      "coverage": coverage.json,
      "anatomy": anatomy.map { anatomy in
        .object([
          "before": Self.json(of: anatomy.before), "after": Self.json(of: anatomy.after),
        ])
      },
      "compressibility": compressibility.map { change in
        .object([
          "before": change.before?.json ?? .null, "after": change.after?.json ?? .null,
          "deflateBy": .optional(deflateBy),
        ])
      },
      "pruning": pruning?.json,
      "channels": channels?.json,
      "fix": fix?.json,
      "quality": quality?.json,
      "choice": choice?.json,
      "whatIf": whatIf.isEmpty ? nil : .array(whatIf.map(\.json)),
      "gates": .array(gates.map(\.json)),
      "warnings": .array(warnings.map(JSONValue.string)),
      "error": error.map(JSONValue.string),
      "exitCode": .integer(Int(exitCode)),
    ])
  }

  private static func json(of categories: [(category: String, bytes: Int)]) -> JSONValue {
    .object(categories.map { ($0.category, .integer($0.bytes)) })
  }
}

extension JSONValue {
  static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}

extension ReportDocument.File {
  var json: JSONValue {
    .object([
      "path": .string(path), "bytes": .integer(bytes), "sha256": sha256.map(JSONValue.string),
    ])
  }
}

extension ReportDocument.Step {
  var json: JSONValue {
    .object([
      "name": .string(name),
      "options": .object(options.map { ($0.key, JSONValue.string($0.value)) }),
      "seconds": .number(seconds), "bytesBefore": .integer(bytesBefore),
      "bytesAfter": .integer(bytesAfter), "changes": .integer(changes),
    ])
  }
}

extension ReportDocument.Constant {
  var json: JSONValue {
    .object([
      "subgraph": .integer(subgraph), "index": .integer(index), "name": .string(name),
      "role": .string(role.text), "shape": .array(shape.map(JSONValue.integer)),
      "before": presence == .added ? .null : .string(before.text),
      "after": presence == .removed ? .null : .string(after.text),
      "bits": presence == .removed ? nil : after.type.bits.map(JSONValue.integer),
      "block": after.block.map(JSONValue.integer),
      "weightError": weightError.map(JSONValue.number),
      "otherValues": hasOtherValues ? .bool(true) : nil,
      "bytesBefore": .integer(bytesBefore), "bytesAfter": .integer(bytesAfter),
      "zeros": statistics.map { .integer($0.zeros) },
      "distinct": statistics.map { $0.distinct.map(JSONValue.integer) ?? .null },
      "entropyBits": statistics.map { .number($0.entropyBits) },
      "deflate": statistics.map { .integer($0.deflate) },
      "sparsity": sparsity.map(JSONValue.number), "clusters": clusters?.json,
      "greatestInteger": greatestInteger.map(JSONValue.integer),
      "reason": .optional(reason?.text),
    ])
  }
}

extension ReportDocument.Pruning {
  var json: JSONValue {
    .object([
      "tensors": .integer(tensors), "zeros": .integer(zeros), "elements": .integer(elements),
      "sparsity": .number(sparsity), "scope": .string(scope), "solved": .bool(isSolved),
    ])
  }
}

extension ReportDocument.Clusters {
  var json: JSONValue {
    .object([
      "asked": .integer(asked), "scope": .string(scope.rawValue),
      "found": found.map(JSONValue.integer) ?? .null,
      "foundIn": .string(isOfChannel ? "channel" : "tensor"), "kept": .bool(isKept),
      "weightError": .number(error), "excessBound": .number(excess),
    ])
  }
}

extension ReportDocument.Operator {
  var json: JSONValue {
    .object([
      "subgraph": .integer(subgraph), "index": .integer(index), "kind": .string(kind),
      "before": presence == .added ? .null : .string(before.text),
      "after": presence == .removed ? .null : .string(after.text),
      "reason": .optional(reason?.text),
    ])
  }
}

extension ReportDocument.Coverage {
  var json: JSONValue {
    func share(_ part: Int, _ total: Int) -> JSONValue {
      .number(total == 0 ? 0 : Double(part) / Double(total))
    }
    return .object([
      "weightBytes": share(weightBytesChanged, weightBytesTotal),
      "weightBytesTotal": .integer(weightBytesTotal),
      "weightBytesChanged": .integer(weightBytesChanged),
      "operators": share(operatorsChanged, operatorsTotal),
      "operatorsTotal": .integer(operatorsTotal),
      "operatorsChanged": .integer(operatorsChanged),
      "quantizeOps": .integer(quantizeOps.after),
      "quantizeOpsBefore": .integer(quantizeOps.before),
      "dequantizeOps": .integer(dequantizeOps.after),
      "dequantizeOpsBefore": .integer(dequantizeOps.before),
    ])
  }
}

extension ReportDocument.Compressibility {
  var json: JSONValue {
    .object([
      "raw": .integer(raw), "deflate6": .integer(deflate6),
      "deflate9": deflate9.map(JSONValue.integer), "entropyBound": .integer(entropyBound),
    ])
  }
}
