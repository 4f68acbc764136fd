import OpSet
import Optimizer
import TFLite

extension Inspection {
  package func text(tensors: Bool, operators: Bool) -> String {
    var lines = [
      "\(path): TensorFlow Lite model, \(Numbers.bytes(file.bytes.count))",
      "  parts        "
        + anatomy.filter { $0.bytes > 0 }
        .map { "\($0.category) \(Numbers.bytes($0.bytes))" }.joined(separator: ", "),
    ]
    lines += facts.map { "  \($0.label.padded(13))\($0.text)" }
    for (index, subgraph) in model.subgraphs.enumerated() {
      lines += describe(subgraph, index, tensors: tensors, operators: operators)
    }
    return ReadableText.lines(lines)
  }

  /// What the file says about itself.
  package var facts: [(label: String, text: String)] {
    var facts: [(label: String, text: String)] = []
    if let description = model.description {
      facts.append(("description", description.description))
    }
    if let runtime = model.leastRuntime {
      facts.append(("runtime", "needs \(runtime) or newer"))
    }
    if !model.metadata.isEmpty {
      let names = model.metadata.map { $0.name?.description ?? "" }
      facts.append(("metadata", names.joined(separator: ", ")))
    }
    if case .zip(let zip) = file.tail {
      let names = zip.entries.map { String(decoding: $0.name, as: UTF8.self) }
      facts.append(("files", names.isEmpty ? "an empty ZIP" : names.joined(separator: ", ")))
    }
    return facts + model.signatures.map { ("signature", describe($0)) }
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
    let counts = subgraph.operators.map { model.name(of: $0) }.frequencies()
      .map { "\($0.count) \($0.text)" }
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

  private func describe(_ tensor: Tensor) -> String {
    let shape = tensor.dimensions.joined(separator: ", ")
    var text = "'\(tensor.label)' \(tensor.type) [\(shape)]"
    if let data = model.data(of: tensor) { text += " constant \(Numbers.bytes(data.count))" }
    if tensor.isVariable { text += " variable" }
    if tensor.sparsity != nil { text += " sparse" }
    if case .blockwise(let blocks) = tensor.quantization?.details {
      text += " in blocks of \(blocks.blockSize), scales in tensor \(blocks.scales)"
    }
    if let scales = tensor.quantization?.scale, let first = scales.first {
      text +=
        scales.count == 1
        ? " scale \(first) zero point \(tensor.quantization?.zeroPoint?.first ?? 0)"
        : " \(scales.count) scales along dimension \(tensor.quantization?.quantizedDimension ?? 0)"
    }
    return text
  }
}
