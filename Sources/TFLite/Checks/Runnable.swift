/// The second level of validity: conditions of the runtime and the passes beyond readable fields.
extension Model {
  /// Checks order of operators, shapes, data sizes and quantization parameters. Throws all problems.
  package func checkRunnable() throws(ModelFault) {
    var problems = ProblemCollector()
    if subgraphs.isEmpty { problems.add("subgraphs", "there is none") }
    for s in subgraphs.indices {
      for t in subgraphs[s].tensors.indices {
        check(subgraphs[s].tensors[t], "subgraphs[\(s)].tensors[\(t)]", &problems)
        checkBlocks(subgraphs[s].tensors[t], s, "subgraphs[\(s)].tensors[\(t)]", &problems)
      }
      checkOrder(s, &problems)
    }
    try problems.throwIfAny()
  }

  /// Checks both levels of validity after an edit, which can also break an index. Throws all
  /// problems of the first level that has some.
  package func checkEdited() throws(ModelFault) {
    try checkReadable()
    try checkRunnable()
  }

  private func check(
    _ tensor: Tensor, _ path: @autoclosure () -> String, _ problems: inout ProblemCollector
  ) {
    if let negative = tensor.shape?.first(where: { $0 < 0 }) {
      return problems.add("\(path()).shape", "a dimension is \(negative)")
    }
    if let data = data(of: tensor), !tensor.isVariable, tensor.sparsity == nil,
      tensor.externalBuffer == 0, tensor.type.bits != nil
    {
      guard let elements = tensor.elementCount,
        let needed = tensor.type.byteCount(elements: elements)
      else { return problems.add("\(path()).shape", "the number of elements overflows") }
      if needed > data.count {
        problems.add("\(path())", "\(needed) bytes are needed, the buffer has \(data.count)")
      }
    }
    guard let quantization = tensor.quantization, quantization.details == nil,
      let scales = quantization.scale, !scales.isEmpty
    else { return }
    if let zeroPoints = quantization.zeroPoint, zeroPoints.count != scales.count {
      problems.add(
        "\(path()).quantization", "\(scales.count) scales but \(zeroPoints.count) zero points")
    }
    guard scales.count > 1 else { return }
    let axis = Int(quantization.quantizedDimension)
    let shape = tensor.shape ?? []
    guard shape.indices.contains(axis) else {
      return problems.add(
        "\(path()).quantization", "there is no dimension \(axis) in \(shape.count) dimensions")
    }
    if Int(shape[axis]) != scales.count {
      problems.add(
        "\(path()).quantization", "\(scales.count) scales for \(shape[axis]) channels")
    }
  }

  /// Each block of a row has a scale. The runtime divides by the block's size without a check.
  private func checkBlocks(
    _ tensor: Tensor, _ s: Int, _ path: @autoclosure () -> String,
    _ problems: inout ProblemCollector
  ) {
    guard case .blockwise(let blocks) = tensor.quantization?.details,
      let elements = tensor.elementCount
    else { return }
    guard blocks.blockSize > 0 else {
      return problems.add(
        "\(path()).quantization.details", "a block has \(blocks.blockSize) elements")
    }
    let size = Int(blocks.blockSize)
    let scales = subgraphs[s].tensors[Int(blocks.scales)].elementCount
    guard elements % size == 0, scales == elements / size else {
      return problems.add(
        "\(path()).quantization.details",
        "\(scales ?? 0) scales for \(elements) elements in blocks of \(size)")
    }
  }

  /// Operators run in the order of the list: an operator must not read the result of a later one.
  private func checkOrder(_ s: Int, _ problems: inout ProblemCollector) {
    let subgraph = subgraphs[s]
    /// The operator that makes each tensor; −1 if there is none.
    var producer = [Int](repeating: -1, count: subgraph.tensors.count)
    for o in subgraph.operators.indices {
      for tensor in subgraph.operators[o].outputs ?? [] where tensor >= 0 {
        producer[Int(tensor)] = o
      }
      for tensor in subgraph.operators[o].intermediates ?? [] where tensor >= 0 {
        producer[Int(tensor)] = o
      }
    }
    for o in subgraph.operators.indices {
      for tensor in subgraph.operators[o].inputs ?? [] where tensor >= 0 {
        let producer = producer[Int(tensor)]
        guard producer > o, !subgraph.tensors[Int(tensor)].isVariable else { continue }
        problems.add(
          "subgraphs[\(s)].operators[\(o)]",
          "reads tensor \(tensor), which operator \(producer) makes only later")
      }
    }
  }
}
