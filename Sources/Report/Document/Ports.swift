import TFLite

extension ReportDocument {
  /// An input or output of a model, in words.
  package struct Port: Sendable {
    package var name: String
    /// "input" or "output", with the subgraph if it is not the first.
    package var use: String
    /// "float32 → int8" where it changed.
    package var type: String
    package var shape: String
    /// Of the file after, where there is one; empty without a scale.
    package var quantization: String
  }

  /// Fills in the inputs and outputs of all subgraphs. Those of `after` pair by place.
  mutating func addPorts(_ before: Model, _ after: Model) {
    ports = before.subgraphs.enumerated().flatMap { s, subgraph in
      let other = after.subgraphs.indices.contains(s) ? after.subgraphs[s] : nil
      return Self.ports(subgraph, subgraph.inputs, "input", s, other, other?.inputs)
        + Self.ports(subgraph, subgraph.outputs, "output", s, other, other?.outputs)
    }
  }

  private static func ports(
    _ subgraph: Subgraph, _ tensors: [Int32]?, _ use: String, _ place: Int, _ other: Subgraph?,
    _ others: [Int32]?
  ) -> [Port] {
    (tensors ?? []).enumerated().compactMap { index, tensor in
      guard tensor >= 0 else { return nil }
      let old = subgraph.tensors[Int(tensor)]
      var new = old
      if let other, let others, others.indices.contains(index), others[index] >= 0 {
        new = other.tensors[Int(others[index])]
      }
      return Port(
        name: old.label, use: place == 0 ? use : "\(use) of subgraph \(place)",
        type: old.type == new.type ? "\(old.type)" : "\(old.type) → \(new.type)",
        shape: old.dimensions.joined(separator: "×"), quantization: quantization(of: new))
    }
  }

  private static func quantization(of tensor: Tensor) -> String {
    guard let scale = tensor.quantization?.scale?.first else { return "" }
    return "\(scale), \(tensor.quantization?.zeroPoint?.first ?? 0)"
  }
}

extension Tensor {
  /// The sizes, "?" where the model leaves them open.
  var dimensions: [String] { (shapeSignature ?? shape ?? []).map { $0 < 0 ? "?" : "\($0)" } }
}
