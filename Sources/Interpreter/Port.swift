import TFLite

/// An input or output of the model.
package struct Port: Equatable, Sendable {
  /// The tensor's name.
  package let name: String
  /// The name in the signature, if there is one.
  package let signatureName: String?
  /// Index among the subgraph's tensors.
  package let tensor: Int
  /// Index among the subgraph's inputs or outputs.
  let position: Int
  package let type: TensorType
  package let quantization: Quantization?
  package let shape: [Int]
  /// The shape with −1 for free sizes.
  package let signature: [Int]

  /// Throws for an array that the input cannot take. Like the runtime, it accepts any shape of the
  /// right rank; operators reject those that they cannot process. A leading or missing 1 does not
  /// change the bytes.
  func check(_ array: DenseArray) throws {
    guard array.type == type else {
      throw InterpreterFault.inputType(name: name, expected: type, found: array.type)
    }
    guard type == .string || array.bytes.count == type.byteCount(elements: array.elementCount)
    else {
      throw InterpreterFault.inputSize(
        name: name, expected: type.byteCount(elements: array.elementCount) ?? 0,
        found: array.bytes.count)
    }
  }

  /// Throws for a negative size, or too many bytes to count.
  func check(_ shape: [Int]) throws {
    guard type.allows(shape) else {
      throw InterpreterFault.inputShape(name: name, signature: signature, found: shape)
    }
  }

  struct Choice {
    let subgraph: Int
    let inputs: [Port]
    let outputs: [Port]
  }

  /// Returns the ports of a signature, in the order of the subgraph's inputs and outputs.
  static func choose(_ key: String?, in model: Model) throws -> Choice {
    let signature: Signature?
    if let key {
      guard let found = model.signatures.first(where: { $0.key?.description == key }) else {
        throw InterpreterFault.noSignature(
          key, known: model.signatures.map { $0.key?.description ?? "" })
      }
      signature = found
    } else {
      signature = model.signatures.first { $0.subgraphIndex == 0 }
    }
    let index = Int(signature?.subgraphIndex ?? 0)
    guard model.subgraphs.indices.contains(index) else { throw InterpreterFault.noSubgraph(index) }
    let subgraph = model.subgraphs[index]
    func ports(_ list: [Int32]?, _ maps: [TensorMap]) -> [Port] {
      (list ?? []).filter { $0 >= 0 }.enumerated().map { position, tensor in
        let entry = subgraph.tensors[Int(tensor)]
        let shape = (entry.shape ?? []).map(Int.init)
        let map = maps.first { Int32(bitPattern: $0.tensorIndex) == tensor }
        return Port(
          name: entry.label, signatureName: map?.name?.description, tensor: Int(tensor),
          position: position, type: entry.type, quantization: entry.quantization,
          shape: shape,
          signature: entry.shapeSignature?.map(Int.init) ?? shape)
      }
    }
    return Choice(
      subgraph: index, inputs: ports(subgraph.inputs, signature?.inputs ?? []),
      outputs: ports(subgraph.outputs, signature?.outputs ?? []))
  }
}
