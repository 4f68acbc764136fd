import JSON
import Optimizer

extension ReportDocument.WhatIf {
  var json: JSONValue {
    .object([
      "sparsity": .number(sparsity), "clusters": clusters.map(JSONValue.integer) ?? .null,
      "weightError": .number(weightError), "stored": stored.json, "int8": int8?.json ?? .null,
    ])
  }
}

extension ChannelEstimate {
  var json: JSONValue {
    .object([
      "sparsity": .number(sparsity), "parameters": parameters.json,
      "multiplications": multiplications.json,
      "layers": .array(layers.map(\.json)),
    ])
  }
}

extension ChannelEstimate.Layer {
  fileprivate var json: JSONValue {
    .object([
      "subgraph": .integer(weight.subgraph), "index": .integer(weight.index), "name": .string(name),
      "kind": .string(kind), "channels": .integer(channels), "removed": .integer(removed),
      "weightError": .number(weightError), "parameters": parameters.json,
      "multiplications": multiplications.json, "reason": .optional(reason?.text),
    ])
  }
}

extension ChannelEstimate.Count {
  fileprivate var json: JSONValue {
    .object(["before": .integer(before), "after": .integer(after)])
  }
}
