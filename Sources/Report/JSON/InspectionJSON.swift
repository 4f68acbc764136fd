import JSON
import OpSet
import Optimizer
import TFLite

extension Inspection {
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
      "bits": tensor.type.bits.map(JSONValue.integer),
      "block": tensor.quantization?.block.map(JSONValue.integer),
      "blockScales": tensor.quantization?.details.flatMap { details in
        if case .blockwise(let blocks) = details { .integer(Int(blocks.scales)) } else { nil }
      },
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
