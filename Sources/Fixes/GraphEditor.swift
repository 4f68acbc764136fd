import OpSet
import Optimizer
import TFLite

/// One subgraph while rules rewrite it: who makes and reads each tensor, and the few ways to change that.
///
/// Operators whose results nothing reads any more stay until `sweep`, so indices shift only where an
/// operator is inserted or a result is renamed.
struct GraphEditor {
  private(set) var model: Model
  let subgraph: Int
  let job: Job
  private(set) var graph: Graph
  /// Kinds of operators that were made or changed, whose versions must be determined again.
  private(set) var touched: Set<BuiltinOperator> = []
  /// The number of edits.
  private(set) var edits = 0

  init(_ model: Model, subgraph: Int, job: Job) {
    self.model = model
    self.subgraph = subgraph
    self.job = job
    graph = Graph(model, subgraph: subgraph)
  }

  // MARK: Operators

  var operators: [Operator] { model.subgraphs[subgraph].operators }

  func kind(_ index: Int) -> BuiltinOperator { model.kind(of: operators[index]) }

  func kind(of entry: Operator) -> BuiltinOperator { model.kind(of: entry) }

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
    OpSet.spec(for: model.kind(of: entry))?.kernel?.isPure == true && entry.calledSubgraphs.isEmpty
      && !(entry.outputs ?? []).isEmpty
  }

  /// Whether the user's rules leave the operator alone.
  func isExcluded(_ index: Int) -> Bool {
    let selection = job.selection
    guard !selection.skip.isEmpty || !selection.only.isEmpty else { return false }
    let entry = operators[index]
    let results = (entry.outputs ?? []).filter { $0 >= 0 }.map { tensor($0).label }
    return selection.exclusion(of: [], uses: [(model.name(of: entry), results)]) != nil
  }

  // MARK: Tensors

  func id(_ tensor: Int32) -> TensorID { TensorID(subgraph, tensor) }

  func tensor(_ tensor: Int32) -> Tensor { model.subgraphs[subgraph].tensors[Int(tensor)] }

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

  private mutating func changed() {
    graph = Graph(model, subgraph: subgraph)
    edits += 1
  }

  /// Puts another operator in the place of one.
  mutating func replace(_ index: Int, with entry: Operator) {
    model.subgraphs[subgraph].operators[index] = entry
    touched.insert(model.kind(of: entry))
    changed()
  }

  /// Puts several operators, one behind the other, in the place of one.
  mutating func replace(_ index: Int, with entries: [Operator]) {
    touched.formUnion(entries.map { model.kind(of: $0) })
    model.rewriteOperators(of: subgraph) { place, old in
      place == index ? entries.map { .insert($0) } : [.keep(old)]
    }
    changed()
  }

  mutating func insert(_ entry: Operator, before place: Int) {
    touched.insert(model.kind(of: entry))
    model.rewriteOperators(of: subgraph) { index, old in
      index == place ? [.insert(entry), .keep(old)] : [.keep(old)]
    }
    changed()
  }

  mutating func remove(_ indices: Set<Int>) {
    model.rewriteOperators(of: subgraph) { indices.contains($0) ? [] : [.keep($1)] }
    changed()
  }

  /// Removes an operator whose result is equal to `source`. A result that is an output keeps its
  /// tensor, which the operator that makes the source then makes. Returns whether that was possible.
  mutating func bypass(_ index: Int, from result: Int32, to source: Int32) -> Bool {
    guard graph.isOutput[Int(result)] else {
      model.redirect(graph.uses[Int(result)], of: subgraph, to: Int(source))
      changed()
      return true
    }
    guard let maker = producer(of: source), isInner(source), haveSameForm(source, result),
      let position = maker.entry.outputs?.firstIndex(of: source), maker.index < index
    else { return false }
    model.redirect(graph.uses[Int(source)], of: subgraph, to: Int(result))
    model.subgraphs[subgraph].operators[maker.index].outputs?[position] = result
    remove([index])
    return true
  }

  /// Makes operands read another tensor.
  mutating func redirect(_ uses: [Graph.Use], to tensor: Int32) {
    model.redirect(uses, of: subgraph, to: Int(tensor))
    changed()
  }

  mutating func edit(_ tensor: Int32, _ change: (inout Tensor) -> Void) {
    change(&model.subgraphs[subgraph].tensors[Int(tensor)])
    changed()
  }

  /// Returns an operator with options at their defaults; `tag` is that of its option table.
  mutating func operation(
    _ kind: BuiltinOperator, _ inputs: [Int32], _ outputs: [Int32], tag: UInt8 = 0
  ) -> Operator {
    var entry = Operator()
    entry.opcodeIndex = model.code(for: kind, version: 1)
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
    let id = model.append(copy, to: subgraph)
    changed()
    return Int32(id.index)
  }

  mutating func addConstant(
    _ name: String, _ type: TensorType, _ shape: [Int], _ bytes: [UInt8]
  ) -> Int32 {
    var tensor = Tensor()
    tensor.name = .init(name)
    tensor.type = type
    tensor.shape = shape.map(Int32.init)
    tensor.buffer = model.append(.bytes(bytes))
    let id = model.append(tensor, to: subgraph)
    changed()
    return Int32(id.index)
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
