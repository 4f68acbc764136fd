import KernelTable
import OpSet
import Platform
import TFLite

/// One subgraph, prepared for the shapes of its inputs.
final class Program: SubgraphInstance {
  let index: Int
  let values: [Value]
  let inputs: [Value]
  let outputs: [Value]
  let nodes: [Node]
  unowned let owner: Interpreter
  private var arena: UnsafeMutableRawPointer?
  private(set) var arenaBytes = 0
  private var isPrepared = false
  /// Whether it is preparing or running, which shows if the subgraph calls itself.
  private var isBusy = false
  private(set) var activity = 0
  private(set) var readsInput: [Bool] = []
  let constants: [Constant]
  /// The last operator that reads each value; `Int.max` for outputs.
  private var lastUse: [Int]

  init(_ model: Model, subgraph index: Int, owner: Interpreter) throws {
    self.index = index
    self.owner = owner
    let subgraph = model.subgraphs[index]
    let values = subgraph.tensors.enumerated().map { Value($1, id: TensorID(index, $0)) }
    self.values = values
    inputs = (subgraph.inputs ?? []).filter { $0 >= 0 }.map { values[Int($0)] }
    outputs = (subgraph.outputs ?? []).filter { $0 >= 0 }.map { values[Int($0)] }
    let graph = Graph(model, subgraph: index)
    var variables: [(value: Value, data: TensorData)] = []
    constants = values.indices.compactMap { tensor in
      guard graph.isConstant(tensor), let data = model.data(of: TensorID(index, tensor)) else {
        return nil
      }
      if owner.variables.contains(TensorID(index, tensor)) {
        variables.append((values[tensor], data))
        return nil
      }
      let isDecoded = !graph.uses[tensor].contains {
        owner.operators.spec(for: model.kind(of: subgraph.operators[$0.operation]))?.traits
          .contains(.readsSparseStorage) ?? false
      }
      return Constant(value: values[tensor], data: data, isDecoded: isDecoded)
    }
    lastUse = Array(repeating: -1, count: values.count)
    nodes = subgraph.operators.enumerated().map { position, entry in
      func operands(_ list: [Int32]?) -> [Value?] {
        (list ?? []).map { values.indices.contains(Int($0)) ? values[Int($0)] : nil }
      }
      let kind = model.kind(of: entry)
      let preparation = Preparation(
        entry, kind: kind, index: position, inputs: operands(entry.inputs),
        outputs: operands(entry.outputs), intermediates: operands(entry.intermediates),
        tensors: values,
        lanes: owner.pool.lanes, kernels: owner.kernels, runner: owner)
      let name = model.name(of: entry)
      let kernel = owner.operators.kernel(of: kind, named: name)
      return Node(
        preparation, kernel, .init(subgraph: index, index: position, name: name),
        maxMemory: owner.maxMemory)
    }
    for (position, node) in nodes.enumerated() {
      for case let value? in node.inputs { lastUse[value.id.index] = position }
    }
    for value in outputs { lastUse[value.id.index] = Int.max }
    readsInput = inputs.map { lastUse[$0.id.index] >= 0 }
    try checkOrigins()
    for value in values { try checkSize(of: value.shape, value.type) }
    for value in values where value.tensor.isVariable && value.type != .string {
      value.own(value.byteCount)
    }
    for (value, data) in variables {
      value.isAdjustable = true
      value.own(value.byteCount)
      try DataReader(data, file: owner.file.bytes).fill(
        UnsafeMutableRawBufferPointer(start: value.base, count: value.byteCount), at: 0)
    }
    resetVariables()
  }

  deinit { arena?.deallocate() }

  /// Resets variables to zero, or to their zero point if they are int8.
  func resetVariables() {
    for value in values where value.tensor.isVariable && value.type != .string {
      let zeroPoint = value.type == .int8 ? value.tensor.quantization?.zeroPoint?.first ?? 0 : 0
      value.base.initializeMemory(
        as: UInt8.self, repeating: UInt8(truncatingIfNeeded: zeroPoint), count: value.byteCount)
    }
  }

  /// The values that the operators produce.
  var results: [Value] { nodes.flatMap { $0.outputs.compactMap { $0 } } }
  var folds: [ElementFold?] { nodes.map { OpSet.spec(for: $0.preparation.kind)?.fold } }
  var missing: [InterpreterFault.Place] { nodes.filter { $0.kernel == nil }.map(\.place) }

  // MARK: Preparation

  func prepare(_ inputShapes: [[Int]]) throws {
    if isPrepared, zip(inputs, inputShapes).allSatisfy({ $0.shape == $1 }) { return }
    guard !isBusy else { throw InterpreterFault.recursion(subgraph: index) }
    isBusy = true
    defer { isBusy = false }
    activity += 1
    isPrepared = false
    for (value, shape) in zip(inputs, inputShapes) { value.setShape(shape) }
    for constant in constants { try constant.bind(owner.file) }
    for value in inputs { try checkSize(of: value.shape, value.type) }
    var keeper = KnownValues(
      nodes.flatMap { $0.inputs.compactMap { $0 } }, outputs: outputs,
      keepsAll: !owner.sharesMemory)
    for node in nodes {
      try prepare(node)
      keeper.release(after: node, owner.file)
    }
    try keeper.materialize()
    try place()
    isPrepared = true
  }

  /// Throws the fault of a failed preparation again: shapes, stages and memory do not match then.
  func requirePreparation() throws {
    if !isPrepared { try prepare(inputs.map(\.shape)) }
  }

  private func prepare(_ node: Node) throws {
    let operands = node.inputs.compactMap { $0 }
    let results = node.outputs.compactMap { $0 }
    for value in results {
      value.hasShape = true
      value.isKnown = false
      value.materialize = nil
    }
    if node.kernel == nil || operands.contains(where: { owner.unavailable.contains($0.id) }) {
      node.mode = .unavailable
      owner.unavailable.formUnion(results.map(\.id))
      return
    }
    if operands.allSatisfy(\.hasShape), let stages = try node.prepare() {
      node.stages = stages
      node.mode = .ready
      if isFoldable(node) { fold(node) }
    } else {
      node.mode = .dynamic
      for value in results { value.hasShape = false }
    }
  }

  /// Whether a result that follows from constants is computed only once. It is not if storing it
  /// takes much more memory than computing it each time.
  private func isFoldable(_ node: Node) -> Bool {
    let operands = node.inputs.compactMap { $0 }
    let results = node.outputs.compactMap { $0 }
    guard node.kernel?.isPure == true, !operands.isEmpty, !results.isEmpty,
      node.preparation.isShapeFunction
        || operands.allSatisfy({ $0.isKnown && $0.type != .string }),
      results.allSatisfy({ $0.type != .string && !$0.tensor.isVariable })
    else { return false }
    let bytes = results.reduce(0) { $0 + $1.byteCount }
    return bytes <= max(1 << 16, 8 * operands.reduce(0) { $0 + $1.byteCount })
  }

  private func fold(_ node: Node) {
    node.mode = .folded
    let results = node.outputs.compactMap { $0 }
    let stages = node.stages
    let pool = owner.pool
    for value in results {
      value.isKnown = true
      value.materialize = { [unowned node] in
        for case let operand? in node.inputs { try operand.materialize?() }
        for result in results { result.materialize = nil }
        try node.executeOnHeap(stages, pool)
      }
    }
  }

  // MARK: Memory

  /// Gives every value and scratch of operators that are ready its place in the arena.
  private func place() throws {
    var layout = ArenaLayout(
      valueCount: values.count, lastUse: lastUse, sharesMemory: owner.sharesMemory)
    for value in inputs where value.type != .string { layout.add(input: value) }
    for (position, node) in nodes.enumerated() where node.mode == .ready {
      layout.add(node, at: position)
    }
    let plan = ArenaPlan(layout.blocks)
    try checkMemory(plan.byteCount)
    if plan.byteCount > arenaBytes || arena == nil {
      arena?.deallocate()
      arenaBytes = plan.byteCount
      arena = .allocate(byteCount: max(arenaBytes, 64) + 64, alignment: 64)
    }
    guard let arena else { return }
    layout.bind(values, arena, plan)
  }

  /// Overwrites the whole arena, inputs included, with ones in every bit, so floats are NaN.
  func poison() {
    arena?.initializeMemory(as: UInt8.self, repeating: 0xFF, count: max(arenaBytes, 64) + 64)
  }

  // MARK: Running

  func run() throws { try run(nodes.indices) }

  /// Runs the operators of `range`. Values from other operators must be as these left them.
  func run(_ range: Range<Int>) throws {
    guard !isBusy else { throw InterpreterFault.recursion(subgraph: index) }
    isBusy = true
    defer { isBusy = false }
    activity += 1
    let pool = owner.pool
    owner.recorder?.begin(self)
    defer { owner.recorder?.end(self) }
    for node in nodes[range] {
      owner.recorder?.visit(node.place.index)
      switch node.mode {
      case .ready: try node.execute(pool, constants: owner.constants)
      case .dynamic: try node.executeDynamically(pool)
      case .folded: continue
      case .unavailable: continue
      }
      if owner.observer != nil { try owner.observe(node) }
    }
  }

  /// Whether everything that later operators read from a run is in the arena.
  var isResumable: Bool {
    nodes.allSatisfy { node in
      node.mode != .dynamic && (node.mode != .ready || node.kernel?.isPure == true)
    } && values.allSatisfy { !$0.tensor.isVariable && $0.type != .string }
  }

  /// Returns the values in the arena that operators after a position read; −1 is before the first.
  func live(after position: Int) -> [Value] {
    let made = nodes.prefix(position + 1).flatMap { $0.outputs.compactMap { $0 } }
    return inArena(inputs + made).filter { lastUse[$0.id.index] > position }
  }

  /// All values of a run that are in the arena, without scratch.
  var kept: [Value] { inArena(inputs + results) }

  private func inArena(_ values: [Value]) -> [Value] {
    guard let arena else { return [] }
    return values.filter { $0.base >= arena && $0.base < arena + arenaBytes }
  }
}
