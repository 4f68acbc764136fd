/// Collects the problems of one check, each with its path.
struct ProblemCollector {
  private(set) var problems: [ModelFault.Problem] = []
  /// The most problems that are collected; more would not help the reader.
  static let limit = 20

  mutating func add(_ path: @autoclosure () -> String, _ what: @autoclosure () -> String) {
    guard problems.count < Self.limit else { return }
    problems.append(ModelFault.Problem(path(), what()))
  }

  /// `index` must be below `count`; −1 stands for "none" if `optional`.
  mutating func check(
    _ index: Int, below count: Int, _ what: String, optional: Bool = false,
    _ path: @autoclosure () -> String
  ) {
    guard !(0..<count).contains(index), !(optional && index == -1) else { return }
    add(path(), "\(what) \(index) does not exist (there are \(count))")
  }

  func throwIfAny() throws(ModelFault) {
    guard problems.isEmpty else { throw .invalid(problems) }
  }
}

extension Model {
  /// The checks of the readable level beyond offsets and lengths: every index leads somewhere.
  func checkReadable() throws(ModelFault) {
    var problems = ProblemCollector()
    for (s, subgraph) in subgraphs.enumerated() {
      let tensors = subgraph.tensors.count
      for (t, tensor) in subgraph.tensors.enumerated() {
        if !buffers.isEmpty || tensor.buffer != 0 {
          problems.check(
            Int(tensor.buffer), below: buffers.count, "buffer",
            "subgraphs[\(s)].tensors[\(t)].buffer")
        }
        checkDetails(of: tensor, tensors, "subgraphs[\(s)].tensors[\(t)]", &problems)
      }
      for (list, indices) in [("inputs", subgraph.inputs), ("outputs", subgraph.outputs)] {
        for (i, index) in (indices ?? []).enumerated() {
          problems.check(
            Int(index), below: tensors, "tensor", "subgraphs[\(s)].\(list)[\(i)]")
        }
      }
      for (o, entry) in subgraph.operators.enumerated() {
        checkIndices(of: entry, tensors, "subgraphs[\(s)].operators[\(o)]", &problems)
      }
    }
    for (m, entry) in metadata.enumerated() {
      problems.check(
        Int(entry.buffer), below: buffers.count, "buffer", "metadata[\(m)].buffer")
    }
    for (i, index) in (metadataBuffers ?? []).enumerated() {
      problems.check(Int(index), below: buffers.count, "buffer", "metadata_buffer[\(i)]")
    }
    checkSignatures(&problems)
    try problems.throwIfAny()
  }

  /// The tensors with scales and zero points of blocks. The runtime crashes if those of the scales do
  /// not exist.
  private func checkDetails(
    of tensor: Tensor, _ tensors: Int, _ path: @autoclosure () -> String,
    _ problems: inout ProblemCollector
  ) {
    guard let details = tensor.quantization?.details, let scales = details.tensors.first else {
      return
    }
    problems.check(Int(scales), below: tensors, "tensor", "\(path()).quantization.details.scales")
    for zeroPoints in details.tensors.dropFirst() {
      problems.check(
        Int(zeroPoints), below: tensors, "tensor", optional: true,
        "\(path()).quantization.details.zero_points")
    }
  }

  private func checkIndices(
    of entry: Operator, _ tensors: Int, _ path: @autoclosure () -> String,
    _ problems: inout ProblemCollector
  ) {
    problems.check(
      Int(entry.opcodeIndex), below: operatorCodes.count, "operator code",
      "\(path()).opcode_index")
    func check(_ indices: [Int32]?, _ list: StaticString) {
      guard let indices else { return }
      for (i, index) in indices.enumerated() {
        problems.check(
          Int(index), below: tensors, "tensor", optional: true, "\(path()).\(list)[\(i)]")
      }
    }
    check(entry.inputs, "inputs")
    check(entry.outputs, "outputs")
    check(entry.intermediates, "intermediates")
    for subgraph in entry.calledSubgraphs {
      problems.check(
        Int(subgraph), below: subgraphs.count, "subgraph", "\(path()).builtin_options")
    }
  }

  private func checkSignatures(_ problems: inout ProblemCollector) {
    for (s, signature) in signatures.enumerated() {
      let path = "signature_defs[\(s)]"
      let index = Int(signature.subgraphIndex)
      problems.check(index, below: subgraphs.count, "subgraph", "\(path).subgraph_index")
      guard index < subgraphs.count else { continue }
      for (list, maps) in [("inputs", signature.inputs), ("outputs", signature.outputs)] {
        for (i, map) in maps.enumerated() {
          problems.check(
            Int(map.tensorIndex), below: subgraphs[index].tensors.count, "tensor",
            "\(path).\(list)[\(i)].tensor_index")
        }
      }
    }
  }
}

extension Operator {
  /// Options of either union.
  package var options: Options? { builtinOptions ?? builtinOptions2 }

  /// Subgraphs that the operator runs, as its options name them.
  package var calledSubgraphs: [Int32] {
    guard let options else { return [] }
    if let keys = Self.subgraphKeys[options.place] { return keys.compactMap { options[$0] } }
    return options.branchSubgraphs
  }

  private static let subgraphKeys = Dictionary(
    grouping: [
      If.thenSubgraph, If.elseSubgraph, While.condition, While.body, CallOnce.initializer,
      Call.subgraph, StablehloComposite.decomposition, StablehloWhile.condition,
      StablehloWhile.body,
    ] + StablehloBodies.keys
  ) { OptionsPlace(union: $0.union, tag: $0.tag) }
}

/// Identifies an option table.
private struct OptionsPlace: Hashable {
  let union: OptionsUnion
  let tag: UInt8
}

extension Options {
  fileprivate var place: OptionsPlace { OptionsPlace(union: union, tag: tag) }

  /// The branches of STABLEHLO_CASE.
  fileprivate var branchSubgraphs: [Int32] {
    guard union == .builtinOptions2, table.name == "StablehloCaseOptions",
      case .ints(let branches?) = values.first
    else {
      return []
    }
    return branches
  }
}
