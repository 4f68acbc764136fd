import OpSet
import TFLite

/// A model whose integer weights a pass sees as the reals that they stand for.
///
/// What the pass changes goes back into the integers: scales, zero points and what it left alone stay
/// as they were. So one path decides about weights in every encoding.
struct RealView {
  /// How the model that came in stores the weights that became float.
  private(set) var encodings: [TensorID: StoredIntegers] = [:]
  /// Biases in integers, which may change too, if the model can run.
  private var biases: [TensorID: FromBias] = [:]
  /// Floats that were decoded from integers which an operator also reads as they are.
  private var shared: Set<TensorID> = []
  private let original: Model
  private(set) var model: Model
  /// Whether operators and tensors are those of the model that came in, apart from weights' types.
  private(set) var hasSameOperators = true
  /// Why the model cannot run on reals although that was asked for.
  private(set) var obstacle: Reason?

  /// `runs`: samples will run the model, so activations become float too. Nil where no weight is an
  /// integer.
  init?(_ model: Model, _ job: Job, runs: Bool) {
    original = model
    self.model = model
    let decoded = Set(job.decoded.sources.values)
    for subgraph in model.subgraphs.indices {
      let graph = Graph(model, subgraph: subgraph)
      for (tensor, source) in job.decoded.sources
      where source.subgraph == subgraph && StoredIntegers(model[source]) != nil {
        if !graph.uses[source.index].isEmpty { shared.insert(tensor) }
      }
    }
    for id in model.integerWeights where !decoded.contains(id) {
      encodings[id] = StoredIntegers(model[id])
    }
    guard !encodings.isEmpty || !shared.isEmpty else { return nil }
    if runs, !encodings.isEmpty { lift(job) }
    decode()
  }

  /// Weights that no float operator reads stay as they are.
  private mutating func lift(_ job: Job) {
    let plan = LiftPlan(model)
    obstacle = plan.refusal
    guard obstacle == nil else { return }
    hasSameOperators = false
    encodings = encodings.filter { plan.constants[$0.key] != nil }
    biases = plan.constants.compactMapValues { $0 as? FromBias }
    var scratch = job
    plan.lift(&model, &scratch)
  }

  /// Equal integers become the same floats, so that passes see what shares data.
  private mutating func decode() {
    struct Key: Hashable {
      let buffer: UInt32
      let encoding: StoredIntegers
    }
    var buffers: [Key: UInt32] = [:]
    for (id, encoding) in encodings.sorted(by: { $0.key < $1.key }) {
      guard let data = original.data(of: id), let count = original[id].elementCount else {
        continue
      }
      let key = Key(buffer: original[id].buffer, encoding: encoding)
      let buffer = buffers[key] ?? model.append(encoding.values(of: data, count: count))
      buffers[key] = buffer
      model[id].type = .float32
      model[id].quantization = nil
      model[id].buffer = buffer
    }
  }

  /// Whether new values of a float of the view have no place in the model that came in.
  func isFixed(_ id: TensorID) -> Bool {
    guard original.subgraphs[id.subgraph].tensors.indices.contains(id.index) else { return true }
    return shared.contains(id) || original[id].type != .float32 && encodings[id] == nil
  }

  /// Returns the model that came in with what `changed` has other data for.
  func written(_ changed: Model, _ job: Job) throws -> Model {
    var result = original
    // By the view's buffer and the encoding; nil for floats.
    var buffers: [UInt32: [StoredIntegers?: UInt32]] = [:]
    for subgraph in original.subgraphs.indices {
      for index in original.subgraphs[subgraph].tensors.indices {
        let id = TensorID(subgraph, index)
        let buffer = changed[id].buffer
        guard buffer != model[id].buffer, let data = changed.data(of: id),
          let count = original[id].elementCount
        else { continue }
        if let bias = biases[id] {
          result[id].buffer = result.append(try levels(id, bias, data, count, job))
          continue
        }
        let encoding = encodings[id]
        let known = buffers[buffer]?[encoding]
        let fresh =
          known ?? result.append(encoding.map { $0.integers(of: data, count: count) } ?? data)
        buffers[buffer, default: [:]][encoding] = fresh
        result[id].buffer = fresh
      }
    }
    return result
  }

  /// The integers of a bias, moved by as many steps as its values moved; where that leaves the type
  /// they stay.
  private func levels(
    _ id: TensorID, _ bias: FromBias, _ data: TensorData, _ count: Int, _ job: Job
  ) throws -> TensorData {
    guard let stored = original.data(of: id) else { return data }
    let before = try job.floats(of: id, in: model)
    let after = try job.floats(data, count: count)
    var bytes = try job.reader(stored).withBytes(in: 0..<stored.count) { [UInt8]($0) }
    func move<Level: FixedWidthInteger>(_ type: Level.Type) {
      bytes.withUnsafeMutableBytes { bytes in
        for index in 0..<count {
          let scale = Double(bias.scales[bias.scales.count == 1 ? 0 : index])
          let steps = (Double(after[index]) - Double(before[index])) / scale
          let place = index * MemoryLayout<Level>.size
          let level = bytes.loadUnaligned(fromByteOffset: place, as: Level.self)
          guard let step = Level(exactly: steps.rounded(.toNearestOrAwayFromZero)) else { continue }
          let (moved, overflows) = level.addingReportingOverflow(step)
          if !overflows { bytes.storeBytes(of: moved, toByteOffset: place, as: Level.self) }
        }
      }
    }
    if bias.type == .int64 { move(Int64.self) } else { move(Int32.self) }
    return .bytes(bytes)
  }
}

extension Job {
  /// Runs a pass that chooses values on a view of the model, whose integer weights are reals.
  mutating func withReals(
    of model: inout Model, runs: Bool, _ body: (inout Model, inout Job) throws -> Void
  ) throws {
    guard let view = RealView(model, self, runs: runs) else { return try body(&model, &self) }
    findings[RealView.self] = view
    defer { findings[RealView.self] = nil }
    var reals = view.model
    try body(&reals, &self)
    model = try view.written(reals, self)
  }

  /// The integers that a float constant's values are stored as; nil for one that is stored as floats.
  func integers(of id: TensorID, in model: Model) -> StoredIntegers? {
    findings[RealView.self]?.encodings[id]
      ?? decoded.sources[id].flatMap { StoredIntegers(model[$0]) }
  }

  /// Float32 values as the constant's encoding can hold them.
  func storable(_ data: TensorData, for id: TensorID, in model: Model) -> TensorData {
    integers(of: id, in: model)?.rounded(data, count: data.count / 4) ?? data
  }

  /// Why a constant's values cannot change although it is float now.
  func reasonToStay(of id: TensorID) -> Reason? {
    guard let view = findings[RealView.self], view.isFixed(id) else { return nil }
    return .isReadAsIntegersToo
  }

  /// Notes that weights came as integers.
  mutating func noteIntegers() {
    for id in file.model.integerWeights where !log.changed.contains(id) {
      log.note(id, .isAlready(file.model[id].type))
    }
  }

  /// Whether samples can run the model that a pass sees.
  var isRunnable: Bool { findings[RealView.self]?.obstacle == nil }

  /// Whether a pass may add tensors and give them to operators.
  var takesNewTensors: Bool {
    options.addsTensors && findings[RealView.self]?.hasSameOperators ?? true
  }
}

extension Model {
  /// Constants of integers that operators multiply with, and tables of them, in order.
  var integerWeights: [TensorID] {
    subgraphs.indices.flatMap { subgraph in
      let graph = Graph(self, subgraph: subgraph)
      return subgraphs[subgraph].tensors.indices.map { TensorID(subgraph, $0) }
        .filter { isIntegerWeight($0, graph) }
    }
  }

  private func isIntegerWeight(_ id: TensorID, _ graph: Graph) -> Bool {
    let tensor = self[id]
    guard [.int8, .uint8, .int4, .int2].contains(tensor.type), tensor.sparsity == nil,
      tensor.externalBuffer == 0, graph.isConstant(id.index), !graph.isOutput[id.index],
      let elements = tensor.elementCount, elements > 0,
      let needed = tensor.type.byteCount(elements: elements), let data = data(of: id),
      data.count >= needed, let scales = tensor.quantization?.scale,
      scales.allSatisfy({ $0.isNormal && $0 > 0 })
    else { return false }
    let uses = graph.uses[id.index]
    return !uses.isEmpty
      && uses.allSatisfy { use in
        let entry = subgraphs[id.subgraph].operators[use.operation]
        guard let spec = OpSet.spec(for: kind(of: entry)),
          entry.builtinOptions?[FullyConnected.weightsFormat] ?? 0 == 0
        else { return false }
        return spec.role(ofInput: use.operand, count: entry.inputs?.count ?? 0).isWeight
          || WeightMatrix(
            spec.kind, operand: use.operand, options: entry.builtinOptions,
            shape: (tensor.shape ?? []).map(Int.init)) != nil
      }
  }
}
