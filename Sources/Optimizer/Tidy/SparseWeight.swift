import OpSet
import TFLite

/// Data to store without its zeros: the constants that hold it, and the operators that read them.
struct SparseWeight {
  /// Plain constants with the same data.
  private(set) var holders: [TensorID] = []
  /// The constants by which passes know them.
  private(set) var asked: [TensorID] = []
  private var uses: [Use] = []

  /// An operator's input that a holder feeds, directly or through DEQUANTIZE.
  fileprivate struct Use {
    let kind: BuiltinOperator
    /// Nil where the operator does not read the constant as a weight.
    let rule: SparseRule?
    /// Nil behind DEQUANTIZE.
    let activation: TensorType?
  }

  /// How the file stores it.
  struct Form {
    let block: Int
    /// An upper estimate of the bytes of the sparsity tables.
    let structureCost: Int
    let isDirect: Bool
    let breakEven: Double
  }

  /// Returns all weights that passes asked to encode, in order.
  static func all(in model: Model, _ job: Job) -> [SparseWeight] {
    let graphs = model.subgraphs.indices.map { Graph(model, subgraph: $0) }
    var weights: [UInt32: SparseWeight] = [:]
    for asked in (job.findings[SparseRequest.self]?.weights ?? []).sorted() {
      for id in Set([asked, job.log.replaced[asked] ?? asked]).sorted() {
        let graph = graphs[asked.subgraph]
        guard let holder = holder(of: id, model, graph) else { continue }
        weights[model[holder].buffer, default: SparseWeight()]
          .add(holder, asked: asked, model, graph)
      }
    }
    return weights.values.sorted { $0.holders[0] < $1.holders[0] }
  }

  /// Returns the plain constant that a tensor is or is dequantized from.
  private static func holder(of id: TensorID, _ model: Model, _ graph: Graph) -> TensorID? {
    guard !graph.uses[id.index].isEmpty else { return nil }
    var holder = id
    if let producer = graph.producer[id.index] {
      let entry = model.subgraphs[id.subgraph].operators[producer]
      guard model.kind(of: entry) == .dequantize, let source = entry.inputs?.first else {
        return nil
      }
      holder = TensorID(id.subgraph, source)
    }
    return graph.isConstant(holder.index) && model[holder].sparsity == nil ? holder : nil
  }

  private mutating func add(_ holder: TensorID, asked: TensorID, _ model: Model, _ graph: Graph) {
    self.asked.append(asked)
    guard !holders.contains(holder) else { return }
    holders.append(holder)
    let operators = model.subgraphs[holder.subgraph].operators
    var places = graph.uses[holder.index]
    let decoders = places.filter { model.kind(of: operators[$0.operation]) == .dequantize }
    for decoder in decoders {
      let results = operators[decoder.operation].outputs ?? []
      places += results.flatMap { graph.uses[Int($0)] }
    }
    for place in places where !decoders.contains(place) {
      let entry = operators[place.operation]
      let kind = model.kind(of: entry)
      let spec = OpSet.spec(for: kind)
      let role = spec?.role(ofInput: place.operand, count: entry.inputs?.count ?? 0)
      let input = entry.inputs?.first.flatMap { $0 < 0 ? nil : TensorID(holder.subgraph, $0) }
      uses.append(
        Use(
          kind: kind, rule: role?.isWeight == true ? spec?.sparse : nil,
          activation: decoders.isEmpty ? input.map { model[$0].type } : nil))
    }
  }

  var kinds: Set<BuiltinOperator> { Set(uses.map(\.kind)) }

  /// Returns the forms that all readers accept and that the runtime has.
  func forms(_ model: Model, _ options: RunOptions) throws(Refusal) -> [Form] {
    let forms = try forms(model)
    let known = forms.filter { refusal(of: $0, options) == nil }
    guard known.isEmpty, let reason = forms.lazy.compactMap({ refusal(of: $0, options) }).first
    else { return known }
    throw Refusal(reason)
  }

  private func refusal(of form: Form, _ options: RunOptions) -> Reason? {
    guard form.isDirect else { return options.refusal(of: .densify, version: 1) }
    return uses.lazy.compactMap { use in
      (use.rule?.version).flatMap { options.refusal(of: use.kind, version: $0) }
    }.first
  }

  private func forms(_ model: Model) throws(Refusal) -> [Form] {
    let tensor = model[holders[0]]
    if let use = uses.first(where: { $0.rule == nil }) {
      throw Refusal(.isNotTakenSparse(use.kind))
    }
    guard holders.allSatisfy({ model[$0].shape == tensor.shape && model[$0].type == tensor.type }),
      !model.hasOtherReaders(of: tensor.buffer, than: holders)
    else { throw Refusal(.sharesDataWithDense) }
    let columns = Int(tensor.shape?.last ?? 1)
    let blocks = [1, 4, 16].filter { columns % $0 == 0 }
    let isSymmetric = tensor.quantization?.zeroPoint?.allSatisfy { $0 == 0 } ?? true
    var forms: [Form] = []
    for block in blocks where isSymmetric {
      let direct = uses.map { $0.form(block, tensor.type, columns: columns) }
      guard direct.allSatisfy({ $0 != nil }) else { continue }
      forms.append(
        Form(
          block: block, structureCost: 256, isDirect: true,
          breakEven: direct.compactMap { $0?.breakEven }.max() ?? 0))
    }
    if tensor.type == .float32 || tensor.type == .float16 {
      forms += blocks.map { Form(block: $0, structureCost: 448, isDirect: false, breakEven: 0) }
    }
    guard forms.isEmpty else { return forms }
    let kind = uses.first { $0.form(nil, tensor.type, columns: columns) == nil }?.kind
    throw Refusal(
      kind.map { .hasNoSparseKernel($0, tensor.type) }
        ?? .hasRowsWithoutBlocks(tensor.type, columns: columns))
  }
}

extension SparseWeight.Use {
  /// Returns the form with this block (nil: any block) that the kernel reads.
  fileprivate func form(_ block: Int?, _ weight: TensorType, columns: Int) -> SparseRule.Form? {
    rule?.forms.first {
      $0.weight == weight && $0.activation == activation && (block ?? $0.block) == $0.block
        && columns <= $0.mostColumns
    }
  }
}

extension Model {
  /// Returns whether a used tensor other than `holders` has the buffer.
  fileprivate func hasOtherReaders(of buffer: UInt32, than holders: [TensorID]) -> Bool {
    subgraphs.indices.contains { s in
      let others = subgraphs[s].tensors.indices.filter {
        subgraphs[s].tensors[$0].buffer == buffer && !holders.contains(TensorID(s, $0))
      }
      guard !others.isEmpty else { return false }
      let graph = Graph(self, subgraph: s)
      return others.contains { !graph.uses[$0].isEmpty || graph.isOutput[$0] }
    }
  }
}
