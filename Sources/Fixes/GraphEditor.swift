import OpSet
import Optimizer
import TFLite

/// One subgraph while rules rewrite it: who makes and reads each tensor, and the few ways to change that.
///
/// Operators whose results nothing reads any more stay until `sweep`, so indices shift only where an
/// operator is inserted or a result is renamed.
struct GraphEditor {
  /// What copies have in common until one of them changes: rules hand editors on, and try on copies.
  private final class State {
    var model: Model
    let job: Job
    /// Nil after an edit, until something asks.
    var graph: Graph?
    var touched: Set<BuiltinOperator> = []
    var edits = 0

    init(_ model: Model, _ job: Job) {
      self.model = model
      self.job = job
    }

    convenience init(_ other: State) {
      self.init(other.model, other.job)
      (graph, touched, edits) = (other.graph, other.touched, other.edits)
    }
  }

  private var state: State
  let subgraph: Int

  var model: Model { state.model }
  var job: Job { state.job }
  /// Kinds of operators that were made or changed, whose versions must be determined again.
  var touched: Set<BuiltinOperator> { state.touched }
  /// The number of edits.
  var edits: Int { state.edits }

  var graph: Graph {
    if let graph = state.graph { return graph }
    let graph = Graph(state.model, subgraph: subgraph)
    state.graph = graph
    return graph
  }

  init(_ model: Model, subgraph: Int, job: Job) {
    state = State(model, job)
    self.subgraph = subgraph
  }

  // MARK: Operators

  var operators: [Operator] { state.model.subgraphs[subgraph].operators }

  func kind(_ index: Int) -> BuiltinOperator { state.model.kind(of: operators[index]) }

  func kind(of entry: Operator) -> BuiltinOperator { state.model.kind(of: entry) }

  /// Returns the operator that makes a tensor.
  func producer(of tensor: Int32) -> (index: Int, entry: Operator)? {
    guard tensor >= 0, let index = graph.producer[Int(tensor)] else { return nil }
    return (index, operators[index])
  }

  /// Returns the operator that makes a tensor if it is of a kind.
  func producer(of tensor: Int32, _ kind: BuiltinOperator) -> (index: Int, entry: Operator)? {
    guard let found = producer(of: tensor), self.kind(of: found.entry) == kind else { return nil }
    return found
  }

  func uses(of tensor: Int32) -> [Graph.Use] { tensor < 0 ? [] : graph.uses[Int(tensor)] }

  /// Whether an operator makes the tensor and nothing but one operand reads it.
  func hasOneReader(_ tensor: Int32) -> Bool {
    tensor >= 0 && graph.producer[Int(tensor)] != nil && isInner(tensor)
      && graph.uses[Int(tensor)].count == 1
  }

  /// Whether the tensor is neither an input nor an output of the subgraph.
  func isInner(_ tensor: Int32) -> Bool {
    !graph.isOutput[Int(tensor)] && !graph.isInput[Int(tensor)]
  }

  /// Whether the operator's results follow from its inputs alone.
  func isPure(_ entry: Operator) -> Bool {
    OpSet.spec(for: state.model.kind(of: entry))?.kernel?.isPure == true
      && entry.calledSubgraphs.isEmpty
      && !(entry.outputs ?? []).isEmpty
  }

  /// Whether the user's rules leave the operator alone.
  func isExcluded(_ index: Int) -> Bool {
    let selection = job.selection
    guard !selection.skip.isEmpty || !selection.only.isEmpty else { return false }
    let entry = operators[index]
    let results = (entry.outputs ?? []).filter { $0 >= 0 }.map { tensor($0).label }
    return selection.exclusion(of: [], uses: [(state.model.name(of: entry), results)]) != nil
  }

  // MARK: Tensors

  func id(_ tensor: Int32) -> TensorID { TensorID(subgraph, tensor) }

  func tensor(_ tensor: Int32) -> Tensor { state.model.subgraphs[subgraph].tensors[Int(tensor)] }

  /// Whether the file holds the tensor's only value.
  func isConstant(_ tensor: Int32) -> Bool {
    tensor >= 0 && graph.isConstant(Int(tensor)) && self.tensor(tensor).externalBuffer == 0
  }

  /// Whether the file holds the constant as these floats, so that others in their place cost no bytes
  /// and are not rounded.
  func isPlain(_ tensor: Int32) -> Bool {
    isConstant(tensor) && self.tensor(tensor).type == .float32
      && self.tensor(tensor).sparsity == nil && !job.decoded.contains(id(tensor))
  }

  /// Stands for a size that only a run knows. It is a prime, so no reshaping takes it apart.
  static let unknownSize = 1_000_003

  /// Returns the shape, with `unknownSize` in place of one free size; nil for several.
  func dimensions(_ tensor: Int32) -> [Int]? {
    guard tensor >= 0 else { return nil }
    let tensor = self.tensor(tensor)
    guard let shape = tensor.shape else { return nil }
    guard let signature = tensor.shapeSignature, signature.count == shape.count else {
      return shape.map(Int.init)
    }
    guard signature.count(where: { $0 < 0 }) <= 1 else { return nil }
    return signature.map { $0 < 0 ? Self.unknownSize : Int($0) }
  }

  /// Returns the shape; nil if a size is free.
  func staticShape(_ tensor: Int32) -> [Int]? {
    dimensions(tensor).flatMap { $0.contains(Self.unknownSize) ? nil : $0 }
  }

  /// Whether two tensors have the same type, shape and scales.
  func haveSameForm(_ a: Int32, _ b: Int32) -> Bool {
    guard let first = dimensions(a), first == dimensions(b) else { return false }
    return haveSameEncoding(a, b)
  }

  /// Whether two tensors have the same type and scales.
  func haveSameEncoding(_ a: Int32, _ b: Int32) -> Bool {
    let (a, b) = (tensor(a), tensor(b))
    guard a.type == b.type else { return false }
    let (first, second) = (a.quantization, b.quantization)
    guard first?.isQuantized == true || second?.isQuantized == true else { return true }
    return first?.scale == second?.scale && first?.zeroPoint == second?.zeroPoint
      && first?.details == second?.details
      && first?.quantizedDimension == second?.quantizedDimension
  }

  func isFloat(_ tensor: Int32) -> Bool { tensor >= 0 && self.tensor(tensor).type == .float32 }

  // MARK: Edits

  /// Changes the model; copies of this editor keep theirs.
  private mutating func change<Result>(_ edit: (inout Model, Int) -> Result) -> Result {
    if !isKnownUniquelyReferenced(&state) { state = State(state) }
    state.graph = nil
    state.edits += 1
    return edit(&state.model, subgraph)
  }

  private mutating func touch(_ entries: [Operator]) {
    if !isKnownUniquelyReferenced(&state) { state = State(state) }
    state.touched.formUnion(entries.map { state.model.kind(of: $0) })
  }

  /// Puts another operator in the place of one.
  mutating func replace(_ index: Int, with entry: Operator) {
    touch([entry])
    change { $0.subgraphs[$1].operators[index] = entry }
  }

  /// Puts several operators, one behind the other, in the place of one.
  mutating func replace(_ index: Int, with entries: [Operator]) {
    touch(entries)
    change { model, subgraph in
      model.rewriteOperators(of: subgraph) { place, old in
        place == index ? entries.map { .insert($0) } : [.keep(old)]
      }
    }
  }

  mutating func insert(_ entry: Operator, before place: Int) {
    touch([entry])
    change { model, subgraph in
      model.rewriteOperators(of: subgraph) { index, old in
        index == place ? [.insert(entry), .keep(old)] : [.keep(old)]
      }
    }
  }

  mutating func remove(_ indices: Set<Int>) {
    change { model, subgraph in
      model.rewriteOperators(of: subgraph) { indices.contains($0) ? [] : [.keep($1)] }
    }
  }

  /// Removes an operator whose result is equal to `source`. A result that is an output keeps its
  /// tensor, which the operator that makes the source then makes. Returns whether that was possible.
  mutating func bypass(_ index: Int, from result: Int32, to source: Int32) -> Bool {
    let uses = graph.uses
    guard graph.isOutput[Int(result)] else {
      change { $0.redirect(uses[Int(result)], of: $1, to: Int(source)) }
      return true
    }
    guard let maker = producer(of: source), isInner(source), haveSameForm(source, result),
      let position = maker.entry.outputs?.firstIndex(of: source), maker.index < index
    else { return false }
    change { model, subgraph in
      model.redirect(uses[Int(source)], of: subgraph, to: Int(result))
      model.subgraphs[subgraph].operators[maker.index].outputs?[position] = result
    }
    remove([index])
    return true
  }

  /// Makes operands read another tensor.
  mutating func redirect(_ uses: [Graph.Use], to tensor: Int32) {
    change { $0.redirect(uses, of: $1, to: Int(tensor)) }
  }

  mutating func edit(_ tensor: Int32, _ edit: (inout Tensor) -> Void) {
    change { edit(&$0.subgraphs[$1].tensors[Int(tensor)]) }
  }

  /// Returns an operator with options at their defaults; `tag` is that of its option table.
  mutating func operation(
    _ kind: BuiltinOperator, _ inputs: [Int32], _ outputs: [Int32], tag: UInt8 = 0
  ) -> Operator {
    var entry = Operator()
    entry.opcodeIndex = code(for: kind)
    entry.inputs = inputs
    entry.outputs = outputs
    entry.builtinOptionsType = tag
    entry.builtinOptions = Options(.builtinOptions, tag: tag)
    return entry
  }

  /// Adds a tensor like another one, in another shape; `sizes` may hold `unknownSize`.
  mutating func addTensor(like tensor: Int32, _ sizes: [Int]) -> Int32 {
    var copy = self.tensor(tensor)
    copy.buffer = 0
    copy.name = copy.name?.appending("_fixed")
    copy.setSizes(sizes)
    return add(copy)
  }

  /// Adds a tensor as it is, which may share the buffer of a constant.
  mutating func add(_ tensor: Tensor) -> Int32 {
    change { Int32($0.append(tensor, to: $1).index) }
  }

  /// Returns the code of a kind, which is not yet an edit.
  private mutating func code(for kind: BuiltinOperator) -> UInt32 {
    if !isKnownUniquelyReferenced(&state) { state = State(state) }
    return state.model.code(for: kind, version: 1)
  }

  mutating func addConstant(
    _ name: String, _ type: TensorType, _ shape: [Int], _ bytes: [UInt8]
  ) -> Int32 {
    var tensor = Tensor()
    tensor.name = .init(name)
    tensor.type = type
    tensor.shape = shape.map(Int32.init)
    return change { model, subgraph in
      tensor.buffer = model.append(.bytes(bytes))
      return Int32(model.append(tensor, to: subgraph).index)
    }
  }

  mutating func addConstant(_ name: String, _ values: [Int]) -> Int32 {
    let bytes = values.flatMap { value in
      withUnsafeBytes(of: Int32(truncatingIfNeeded: value).littleEndian) { Array($0) }
    }
    return addConstant(name, .int32, [values.count], bytes)
  }

  mutating func addConstant(_ name: String, _ shape: [Int], _ values: [Float]) -> Int32 {
    addConstant(name, .float32, shape, values.withUnsafeBytes { Array($0) })
  }
}

extension Tensor {
  /// Sets the shape; `GraphEditor.unknownSize` stands for a size that only a run knows.
  mutating func setSizes(_ sizes: [Int]) {
    shape = sizes.map { $0 == GraphEditor.unknownSize ? 1 : Int32($0) }
    let isFree = sizes.contains(GraphEditor.unknownSize)
    shapeSignature = isFree ? sizes.map { $0 == GraphEditor.unknownSize ? -1 : Int32($0) } : nil
  }
}
