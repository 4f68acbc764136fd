import OpSet
import TFLite

/// The operators of a model's subgraphs as targets see them.
package struct ModelView: Sendable {
  package let operators: [[OperatorView]]
  /// For each operator of each subgraph, the operators whose results it reads.
  package let sources: [[[Int]]]
  let lens: Lens

  package init(_ file: ModelFile, _ lens: Lens = .stored) {
    let subgraphs = file.model.subgraphs.indices.map {
      SubgraphView(file, $0, Graph(file.model, subgraph: $0))
    }
    operators = subgraphs.map { graph in
      graph.operators.map { lens == .int8 ? $0.inIntegers : $0 }
    }
    sources = subgraphs.map(\.sources)
    self.lens = lens
  }

  /// Returns the operators at some positions of a subgraph, whose graph is known.
  package static func operators(
    of file: ModelFile, subgraph: Int, _ graph: Graph, at positions: [Int], _ lens: Lens
  ) -> [OperatorView] {
    let view = SubgraphView(file, subgraph, graph)
    return positions.map { lens == .int8 ? view.view($0).inIntegers : view.view($0) }
  }
}

/// One subgraph while its operators are looked at.
private struct SubgraphView {
  /// Constants with more elements decide nothing.
  private static let most = 64

  private let file: ModelFile
  private let index: Int
  private let graph: Graph
  private let dynamic: Set<Int>
  private let known: Set<Int>

  init(_ file: ModelFile, _ index: Int, _ graph: Graph) {
    self.file = file
    self.index = index
    self.graph = graph
    dynamic = DynamicShapes.tensors(of: file.model, index, graph)
    known = DynamicShapes.known(in: file.model, index, graph)
  }

  private var subgraph: Subgraph { file.model.subgraphs[index] }

  var sources: [[Int]] {
    subgraph.operators.map { entry in
      Set((entry.inputs ?? []).filter { $0 >= 0 }.compactMap { graph.producer[Int($0)] }).sorted()
    }
  }

  var operators: [OperatorView] { subgraph.operators.indices.map(view) }

  func view(_ position: Int) -> OperatorView {
    let entry = subgraph.operators[position]
    let kind = file.model.kind(of: entry)
    let spec = OpSet.spec(for: kind)
    let indices = (entry.inputs ?? []).map { Int($0) }
    let inputs = indices.enumerated().map { order, tensor -> OperatorView.Operand? in
      guard subgraph.tensors.indices.contains(tensor) else { return nil }
      return operand(
        tensor, spec?.role(ofInput: order, count: indices.count) ?? .activation, isInput: true)
    }
    let results = (entry.outputs ?? []).map { Int($0) }.filter(subgraph.tensors.indices.contains)
    let outputs = results.map { operand($0, .activation, isInput: false) }
    let code = Int(entry.opcodeIndex)
    let codes = file.model.operatorCodes
    var view = OperatorView(
      place: OperatorPlace(subgraph: index, index: position), kind: kind,
      name: file.model.name(of: entry),
      version: codes.indices.contains(code) ? codes[code].version : 1,
      options: entry.builtinOptions ?? entry.builtinOptions2, inputs: inputs, outputs: outputs,
      multiplications: spec?.multiplications(
        inputs: inputs.map { $0?.shape }, outputs: outputs.map(\.shape)) ?? 0,
      label: results.first.map { subgraph.tensors[$0].label } ?? "")
    view.intermediates = (entry.intermediates ?? []).map { Int($0) }
      .filter(subgraph.tensors.indices.contains).map { operand($0, .activation, isInput: false) }
    view.isFolded = kind.isDecoder && (inputs.first ?? nil)?.isConstant == true
    return view
  }

  private func operand(_ index: Int, _ role: Role, isInput: Bool) -> OperatorView.Operand {
    let tensor = subgraph.tensors[index]
    let isConstant = isInput && isConstant(index)
    return OperatorView.Operand(
      type: tensor.type, shape: (tensor.shape ?? []).map { Int($0) }, role: role,
      isConstant: isConstant, isKnown: isConstant || known.contains(index),
      storedType: isConstant ? storedType(index) : nil, isDynamic: dynamic.contains(index),
      isSparse: tensor.sparsity != nil, scales: tensor.quantization?.scale ?? [],
      zeroPoints: tensor.quantization?.zeroPoint ?? [],
      quantizedDimension: Int(tensor.quantization?.quantizedDimension ?? 0),
      integers: isConstant ? integers(tensor) : nil)
  }

  private func isConstant(_ tensor: Int) -> Bool {
    if graph.isConstant(tensor) { return true }
    guard let producer = graph.producer[tensor] else {
      // A list without elements has no data.
      return subgraph.tensors[tensor].elementCount == 0 && !graph.isInput[tensor]
    }
    let entry = subgraph.operators[producer]
    guard file.model.kind(of: entry).isDecoder, let source = entry.inputs?.first, source >= 0,
      Int(source) != tensor
    else { return false }
    return isConstant(Int(source))
  }

  private func storedType(_ tensor: Int) -> TensorType? {
    guard let producer = graph.producer[tensor],
      let source = subgraph.operators[producer].inputs?.first, source >= 0
    else { return nil }
    return storedType(Int(source)) ?? subgraph.tensors[Int(source)].type
  }

  private func integers(_ tensor: Tensor) -> [Int]? {
    let size: Int
    switch tensor.type {
    case .int32: size = 4
    case .int64: size = 8
    default: return nil
    }
    guard let count = tensor.elementCount, count <= Self.most, tensor.sparsity == nil,
      let data = file.model.data(of: tensor), data.count >= count * size
    else { return nil }
    return try? DataReader(data, file: file.bytes).withBytes(in: 0..<count * size) { bytes in
      (0..<count).map { index in
        size == 4
          ? Int(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
          : Int(bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
      }
    }
  }
}

extension OperatorView {
  /// The operator as `quantize --mode int8` would leave it, if it has an int8 kernel.
  fileprivate var inIntegers: OperatorView {
    guard let spec, spec.modes.contains(.int8), data.contains(where: { $0.type == .float32 })
    else { return self }
    var view = self
    view.inputs = inputs.map { $0?.inIntegers }
    if spec.scaleRule != .none { view.outputs = outputs.map(\.inIntegers) }
    return view
  }
}

extension OperatorView.Operand {
  fileprivate var inIntegers: Self {
    guard type == .float32 || type == .float16 else { return self }
    var operand = self
    operand.isAssumed = true
    operand.scales = [1]
    operand.zeroPoints = [0]
    switch role {
    case .index: return self
    case .bias, .biasOfIntermediate: operand.type = .int32
    default: operand.type = .int8
    }
    if case .weight(let axis?) = role, shape.indices.contains(axis), shape[axis] > 0 {
      operand.scales = [Float](repeating: 1, count: shape[axis])
      operand.zeroPoints = [Int64](repeating: 0, count: shape[axis])
      operand.quantizedDimension = axis
    }
    return operand
  }
}
