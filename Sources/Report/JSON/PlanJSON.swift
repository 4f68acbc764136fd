import JSON
import Optimizer
import TFLite

extension PlanResult {
  /// The form that `quantize --plan` reads.
  package var json: JSONValue {
    .object([
      "version": .integer(PlanFile.version),
      "step": .object(OptionsJSON.object(of: options)),
      "searches": plan.searches.isEmpty
        ? nil
        : .object(
          plan.searches.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { ($0.key.rawValue, $0.value.json) }),
      "operators": .array(operators),
      "tensors": .array(weights + activations),
    ])
  }

  private var operators: [JSONValue] {
    model.subgraphs.enumerated().flatMap { s, subgraph in
      subgraph.operators.enumerated().compactMap { o, entry -> JSONValue? in
        guard let output = entry.outputs?.first(where: { $0 >= 0 }),
          let choice = plan.operators[TensorID(s, output)]
        else { return nil }
        return .object([
          "subgraph": .integer(s), "index": .integer(o), "kind": .string(model.name(of: entry)),
          "output": .string(model[TensorID(s, output)].label),
          "encoding": .string(choice.form.rawValue),
          "reason": choice.reason.map { .string($0.text) },
        ])
      }
    }
  }

  private var weights: [JSONValue] {
    plan.weights.sorted { $0.key < $1.key }.map { id, weight in
      entry(
        id, weight.type.description,
        [
          (
            "granularity",
            .string(weight.block != nil ? "block" : weight.isPerTensor ? "tensor" : "channel")
          )
        ] + (weight.block.map { [("block", .integer($0))] } ?? [])
          + [("greatest", .integer(weight.greatest))])
    }
  }

  private var activations: [JSONValue] {
    let order = plan.activations.sorted {
      ($0.key.id, $0.key.mode.rawValue) < ($1.key.id, $1.key.mode.rawValue)
    }
    return order.map { key, encoding in
      entry(
        key.id, encoding.type.description,
        [
          ("scale", .number(Double(encoding.scale))),
          ("zeroPoint", .integer(Int(encoding.zeroPoint))),
        ])
    }
  }

  private func entry(
    _ id: TensorID, _ encoding: String, _ rest: [(key: String, value: JSONValue)]
  ) -> JSONValue {
    .object(
      [
        ("subgraph", .integer(id.subgraph)), ("index", .integer(id.index)),
        ("name", .string(model[id].label)), ("encoding", .string(encoding)),
      ] + rest)
  }
}

extension Plan.Searches {
  fileprivate var json: JSONValue {
    .object([
      "equalize": .bool(equalizes), "roundTogether": .bool(roundsTogether),
      "compensate": .bool(compensates),
      "biases": .array(biases.map { .string($0.rawValue) }),
      "rate": rate.map {
        .object([("noise", .number($0.noise)), ("position", .integer($0.position))])
      },
    ])
  }
}
