import JSON
import OpSet
import Optimizer
import TFLite

/// What `inspect` says of a file.
package struct Inspection {
  let file: ModelFile
  let path: String
  let anatomy: [(category: String, bytes: Int)]

  package init(_ file: ModelFile, path: String) throws {
    self.file = file
    self.path = path
    anatomy = try Anatomy.of(file)
  }

  private var model: Model { file.model }

  // MARK: Text

  package func text(tensors: Bool, operators: Bool) -> String {
    var lines = [
      "\(path): TensorFlow Lite model, \(Numbers.bytes(file.bytes.count))",
      "  parts        "
        + anatomy.filter { $0.bytes > 0 }
        .map { "\($0.category) \(Numbers.bytes($0.bytes))" }.joined(separator: ", "),
    ]
    if let description = model.description { lines.append("  description  \(description)") }
    if let runtime = model.leastRuntime { lines.append("  runtime      needs \(runtime) or newer") }
    if !model.metadata.isEmpty {
      let names = model.metadata.map { $0.name?.description ?? "" }
      lines.append("  metadata     \(names.joined(separator: ", "))")
    }
    if case .zip(let zip) = file.tail {
      let names = zip.entries.map { String(decoding: $0.name, as: UTF8.self) }
      lines.append(
        "  files        \(names.isEmpty ? "an empty ZIP" : names.joined(separator: ", "))")
    }
    lines += model.signatures.map { "  signature    \(describe($0))" }
    for (index, subgraph) in model.subgraphs.enumerated() {
      lines += describe(subgraph, index, tensors: tensors, operators: operators)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func describe(_ signature: Signature) -> String {
    func names(_ maps: [TensorMap]) -> String {
      maps.map { $0.name?.description ?? "" }.joined(separator: ", ")
    }
    return "'\(signature.key?.description ?? "")' of subgraph \(signature.subgraphIndex): "
      + "\(names(signature.inputs)) → \(names(signature.outputs))"
  }

  private func describe(
    _ subgraph: Subgraph, _ index: Int, tensors: Bool, operators: Bool
  ) -> [String] {
    let name = subgraph.name.map { " '\($0)'" } ?? ""
    var lines = [
      "  subgraph \(index)\(name): \(Numbers.counted(subgraph.operators.count, "operator")), "
        + Numbers.counted(subgraph.tensors.count, "tensor")
    ]
    for (label, list) in [("input", subgraph.inputs), ("output", subgraph.outputs)] {
      for tensor in list ?? [] where tensor >= 0 {
        lines.append("    \(label.padded(7)) \(describe(subgraph.tensors[Int(tensor)]))")
      }
    }
    let counts = kindCounts(subgraph).map { "\($0.count) \($0.name)" }
    if !counts.isEmpty { lines.append("    kinds   \(counts.joined(separator: ", "))") }
    if tensors {
      lines += subgraph.tensors.enumerated().map { "    tensor \($0) \(describe($1))" }
    }
    if operators {
      lines += subgraph.operators.enumerated().map { number, entry in
        "    operator \(number) \(model.name(of: entry)) "
          + "v\(model.operatorCodes[Int(entry.opcodeIndex)].version) "
          + "\(entry.inputs ?? []) → \(entry.outputs ?? [])"
      }
    }
    return lines
  }

  private func kindCounts(_ subgraph: Subgraph) -> [(name: String, count: Int)] {
    var counts: [String: Int] = [:]
    for entry in subgraph.operators { counts[model.name(of: entry), default: 0] += 1 }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }

  private func describe(_ tensor: Tensor) -> String {
    let shape = (tensor.shapeSignature ?? tensor.shape ?? []).map { $0 < 0 ? "?" : "\($0)" }
    var text = "'\(tensor.label)' \(tensor.type) [\(shape.joined(separator: ", "))]"
    if let data = model.data(of: tensor) { text += " constant \(Numbers.bytes(data.count))" }
    if tensor.isVariable { text += " variable" }
    if tensor.sparsity != nil { text += " sparse" }
    if let scales = tensor.quantization?.scale, let first = scales.first {
      text +=
        scales.count == 1
        ? " scale \(first) zero point \(tensor.quantization?.zeroPoint?.first ?? 0)"
        : " \(scales.count) scales along dimension \(tensor.quantization?.quantizedDimension ?? 0)"
    }
    return text
  }

  // MARK: JSON

  package var json: JSONValue {
    .object([
      "schemaVersion": .integer(1), "path": .string(path), "bytes": .integer(file.bytes.count),
      "description": .optional(model.description?.description),
      "minRuntime": .optional(model.leastRuntime?.description),
      "anatomy": .object(anatomy.map { ($0.category, .integer($0.bytes)) }),
      "metadata": .array(
        model.metadata.map { entry in
          .object([
            "name": .optional(entry.name?.description),
            "bytes": .integer(model.buffers[Int(entry.buffer)].data?.count ?? 0),
          ])
        }),
      "associatedFiles": .array(associatedFiles),
      "signatures": .array(model.signatures.map(json(of:))),
      "operatorCodes": .array(
        model.operatorCodes.map { code in
          .object([
            "kind": .string(code.kind.description),
            "custom": .optional(code.customCode?.description),
            "version": .integer(Int(code.version)),
          ])
        }),
      "subgraphs": .array(model.subgraphs.map(json(of:))),
    ])
  }

  private var associatedFiles: [JSONValue] {
    guard case .zip(let zip) = file.tail else { return [] }
    return zip.entries.map { entry in
      .object([
        "name": .string(String(decoding: entry.name, as: UTF8.self)),
        "bytes": .integer(entry.uncompressedSize),
      ])
    }
  }

  private func json(of signature: Signature) -> JSONValue {
    func maps(_ maps: [TensorMap]) -> JSONValue {
      .array(
        maps.map { map in
          .object([
            "name": .optional(map.name?.description), "tensor": .integer(Int(map.tensorIndex)),
          ])
        })
    }
    return .object([
      "key": .optional(signature.key?.description),
      "subgraph": .integer(Int(signature.subgraphIndex)),
      "inputs": maps(signature.inputs), "outputs": maps(signature.outputs),
    ])
  }

  private func json(of subgraph: Subgraph) -> JSONValue {
    .object([
      "name": .optional(subgraph.name?.description),
      "inputs": .integers(subgraph.inputs), "outputs": .integers(subgraph.outputs),
      "tensors": .array(subgraph.tensors.map(json(of:))),
      "operators": .array(
        subgraph.operators.map { entry in
          .object([
            "kind": .string(model.name(of: entry)),
            "version": .integer(Int(model.operatorCodes[Int(entry.opcodeIndex)].version)),
            "inputs": .integers(entry.inputs), "outputs": .integers(entry.outputs),
          ])
        }),
    ])
  }

  private func json(of tensor: Tensor) -> JSONValue {
    .object([
      "name": .string(tensor.label), "type": .string(tensor.type.description),
      "shape": .integers(tensor.shape),
      "shapeSignature": tensor.shapeSignature.map { .integers($0) },
      "buffer": .integer(Int(tensor.buffer)),
      "bytes": .integer(model.data(of: tensor)?.count ?? 0),
      "isVariable": tensor.isVariable ? .bool(true) : nil,
      "isSparse": tensor.sparsity != nil ? .bool(true) : nil,
      "scales": tensor.quantization?.scale.map { .array($0.map { .number(Double($0)) }) },
      "zeroPoints": tensor.quantization?.zeroPoint.map { .array($0.map { .integer(Int($0)) }) },
      "quantizedDimension": tensor.quantization?.scale.map { _ in
        .integer(Int(tensor.quantization?.quantizedDimension ?? 0))
      },
    ])
  }
}

extension JSONValue {
  static func integers(_ values: [Int32]?) -> JSONValue {
    .array((values ?? []).map { .integer(Int($0)) })
  }
}
