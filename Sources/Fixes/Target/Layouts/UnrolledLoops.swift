import TFLite

/// Writes the body of a WHILE as often as it runs, where that follows from the file: one operator for each
/// step, with the weights that all steps share. Never loops that end by what they compute.
struct UnrolledLoops: TargetRule {
  static let name = "loops"
  static let summary = "WHILE that counts to a known number into its steps, one behind the other"
  static let kinds: Set<BuiltinOperator> = [.whileLoop]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let results = entry.outputs, results.allSatisfy({ $0 >= 0 }),
      var steps = try LoopSteps(entry, editor), try steps.run()
    else { return false }
    let graph = editor.graph
    let read = results.indices.filter {
      !graph.uses[Int(results[$0])].isEmpty || graph.isOutput[Int(results[$0])]
    }
    var sources: [(result: Int32, source: Int32)] = []
    var copies: [Operator] = []
    for place in read {
      guard let source = steps.tensor(of: steps.state[place]) else { return false }
      sources.append((results[place], source))
    }
    editor = steps.editor
    for (result, source) in sources where graph.isOutput[Int(result)] {
      guard let sizes = editor.staticShape(result) else { return false }
      copies.append(editor.reshape(source, result, sizes))
    }
    editor.replace(index, with: steps.entries + copies)
    for (result, source) in sources where !graph.isOutput[Int(result)] {
      editor.redirect(editor.uses(of: result), to: source)
    }
    // The first step computes with what the state is at first.
    for place in index..<index + steps.entries.count {
      let inputs = editor.operators[place].inputs ?? []
      if inputs.allSatisfy({ $0 < 0 || editor.isConstant($0) }) {
        _ = try FoldedOperators().fold(place, mayGrow: true, &editor)
      } else if inputs.contains(where: { $0 >= 0 && editor.isConstant($0) }),
        let result = editor.operators[place].outputs?.first,
        !editor.graph.isOutput[Int(result)]
      {
        _ = try IdentityOperators().rewrite(place, &editor)
      }
    }
    return true
  }
}

/// The steps of a loop, as operators of the subgraph around it.
private struct LoopSteps {
  enum Value: Equatable {
    case tensor(Int32)
    case numbers(LoopNumbers)
    case rows(LoopRows)
  }

  private(set) var editor: GraphEditor
  private(set) var entries: [Operator] = []
  private(set) var state: [Value] = []
  private let condition: Int
  private let body: Int
  /// Constants of the body, by their tensors there.
  private var constants: [Int32: Value] = [:]

  /// The longest loop that is written out; those of the zoo have up to 49 steps.
  private static let most = 128

  init?(_ entry: Operator, _ editor: GraphEditor) throws {
    guard let options = entry.builtinOptions, let condition = options[While.condition],
      let body = options[While.body], let inputs = entry.inputs, inputs.allSatisfy({ $0 >= 0 }),
      editor.model.subgraphs.indices.contains(Int(condition)),
      editor.model.subgraphs.indices.contains(Int(body)),
      // Constants that were decoded are encoded again where they stand.
      !editor.job.decoded.constants.contains(where: { $0.tensor.subgraph == Int(body) })
    else { return nil }
    self.editor = editor
    self.condition = Int(condition)
    self.body = Int(body)
    for input in inputs {
      state.append(try Self.numbers(input, editor).map { .numbers($0) } ?? .tensor(input))
    }
  }

  private static func numbers(_ tensor: Int32, _ editor: GraphEditor) throws -> LoopNumbers? {
    guard let values = try editor.integers(tensor), let sizes = editor.staticShape(tensor) else {
      return nil
    }
    return LoopNumbers(values: values, sizes: sizes, type: editor.tensor(tensor).type)
  }

  /// Returns whether the loop ends, and every step could be written.
  mutating func run() throws -> Bool {
    for _ in 0..<Self.most {
      guard let goesOn = try goesOn() else { return false }
      if !goesOn { return true }
      guard try step() else { return false }
    }
    return false
  }

  /// Whether there is one more step; nil if that is not known.
  private func goesOn() throws -> Bool? {
    let view = GraphEditor(editor.model, subgraph: condition, job: editor.job)
    let graph = view.model.subgraphs[condition]
    guard let inputs = graph.inputs, inputs.count == state.count, let last = graph.outputs?.first
    else { return nil }
    var known: [Int32: LoopNumbers] = [:]
    for (input, value) in zip(inputs, state) {
      if case .numbers(let numbers) = value { known[input] = numbers }
    }
    for entry in graph.operators {
      let operands = try (entry.inputs ?? []).compactMap { tensor in
        try known[tensor] ?? Self.numbers(tensor, view)
      }
      guard let result = entry.outputs?.first, operands.count == entry.inputs?.count,
        let numbers = LoopNumbers.result(
          of: view.kind(of: entry), operands, like: view.tensor(result))
      else { return nil }
      known[result] = numbers
    }
    return known[last]?.values.first.map { $0 != 0 }
  }

  /// Writes one step.
  private mutating func step() throws -> Bool {
    let view = GraphEditor(editor.model, subgraph: body, job: editor.job)
    let graph = view.model.subgraphs[body]
    guard let inputs = graph.inputs, let outputs = graph.outputs, inputs.count == state.count,
      outputs.count == state.count
    else { return false }
    var values = Dictionary(zip(inputs, state), uniquingKeysWith: { first, _ in first })
    for entry in graph.operators {
      var operands: [Value?] = []
      for tensor in entry.inputs ?? [] {
        guard tensor >= 0 else {
          operands.append(nil)
          continue
        }
        guard let value = try values[tensor] ?? constant(tensor, view) else { return false }
        operands.append(value)
      }
      guard let results = entry.outputs, view.isPure(entry),
        try write(entry, operands, results, view, &values)
      else { return false }
    }
    var next: [Value] = []
    for output in outputs {
      guard let value = try values[output] ?? constant(output, view) else { return false }
      next.append(value)
    }
    state = next
    return true
  }

  /// Returns a constant of the body in the subgraph around the loop, where it shares the data.
  private mutating func constant(_ tensor: Int32, _ view: GraphEditor) throws -> Value? {
    if let value = constants[tensor] { return value }
    guard view.isConstant(tensor) else { return nil }
    let value: Value
    if let numbers = try Self.numbers(tensor, view) {
      value = .numbers(numbers)
    } else {
      value = .tensor(editor.add(view.tensor(tensor)))
    }
    constants[tensor] = value
    return value
  }

  private mutating func write(
    _ entry: Operator, _ operands: [Value?], _ results: [Int32], _ view: GraphEditor,
    _ values: inout [Int32: Value]
  ) throws -> Bool {
    let kind = view.kind(of: entry)
    if let result = results.first, results.count == 1 {
      if let value = simple(entry, kind, operands, view.tensor(result)) {
        values[result] = value
        return true
      }
      if kind == .gather, let row = gathered(entry, operands, view.tensor(result)) {
        values[result] = row
        return true
      }
    }
    var copy = entry
    copy.inputs = []
    for operand in operands {
      guard let operand else {
        copy.inputs?.append(-1)
        continue
      }
      guard let tensor = tensor(of: operand) else { return false }
      copy.inputs?.append(tensor)
    }
    copy.outputs = results.map { result in
      let made = editor.add(unnamed(view.tensor(result)))
      values[result] = .tensor(made)
      return made
    }
    guard results.allSatisfy({ view.staticShape($0) != nil }) else { return false }
    entries.append(copy)
    return true
  }

  private func unnamed(_ tensor: Tensor) -> Tensor {
    var copy = tensor
    copy.name = nil
    copy.buffer = 0
    return copy
  }

  /// Returns what is known without an operator.
  private func simple(
    _ entry: Operator, _ kind: BuiltinOperator, _ operands: [Value?], _ result: Tensor
  ) -> Value? {
    let numbers = operands.compactMap { operand -> LoopNumbers? in
      if case .numbers(let numbers) = operand { numbers } else { nil }
    }
    if numbers.count == operands.count,
      let known = LoopNumbers.result(of: kind, numbers, like: result)
    {
      return .numbers(known)
    }
    switch kind {
    case .cast:
      guard case .tensor(let source) = operands.first, editor.tensor(source).type == result.type
      else { return operands.first.flatMap { $0 }.flatMap { isRows($0) ? $0 : nil } }
      return .tensor(source)
    case .slice:
      guard operands.count == 3, numbers.count == 2, let source = operands[0].flatMap(rows),
        let sizes = sizes(of: source), numbers[0].values.dropFirst().allSatisfy({ $0 == 0 }),
        zip(numbers[1].values, sizes).dropFirst().allSatisfy({ $0 == -1 || $0 == $1 }),
        let begin = numbers[0].values.first, let given = numbers[1].values.first
      else { return nil }
      let count = given < 0 ? source.count - begin : given
      return source.rows(from: begin, count).map { .rows($0) }
    case .concatenation where entry.builtinOptions?[Concatenation.axis] == 0:
      let parts = operands.compactMap { $0.flatMap(rows) }
      guard parts.count == operands.count, operands.contains(where: { $0.map(isRows) == true })
      else { return nil }
      return .rows(.joined(parts))
    default: return nil
    }
  }

  private func isRows(_ value: Value) -> Bool {
    if case .rows = value { true } else { false }
  }

  private func rows(_ value: Value) -> LoopRows? {
    switch value {
    case .rows(let rows): rows
    case .tensor(let tensor):
      editor.staticShape(tensor).flatMap { sizes in
        sizes.first.map { LoopRows(all: tensor, $0) }
      }
    case .numbers: nil
    }
  }

  private func sizes(of rows: LoopRows) -> [Int]? {
    rows.parts.first.flatMap { editor.staticShape($0.source) }
  }

  /// The row that a counter names, as SLICE and RESHAPE.
  private mutating func gathered(
    _ entry: Operator, _ operands: [Value?], _ result: Tensor
  ) -> Value? {
    guard operands.count == 2, case .numbers(let place) = operands[1], place.values.count == 1,
      entry.builtinOptions?[Gather.axis] ?? 0 == 0,
      entry.builtinOptions?[Gather.batchDims] ?? 0 == 0,
      let row = operands[0].flatMap(rows)?.rows(from: place.values[0], 1),
      let source = tensor(of: .rows(row)), let sizes = result.shape?.map(Int.init)
    else { return nil }
    let made = editor.add(unnamed(result))
    entries.append(editor.reshape(source, made, sizes))
    return .tensor(made)
  }

  /// Returns a tensor with a value; nil for one without rows.
  mutating func tensor(of value: Value) -> Int32? {
    switch value {
    case .tensor(let tensor): return tensor
    case .numbers(let numbers):
      let isWide = numbers.type == .int64
      guard isWide || numbers.type == .int32 else { return nil }
      let bytes = numbers.values.flatMap { number in
        isWide
          ? withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
          : withUnsafeBytes(of: Int32(truncatingIfNeeded: number).littleEndian) { Array($0) }
      }
      return editor.addConstant("step", numbers.type, numbers.sizes, bytes)
    case .rows(let rows):
      var tensors: [Int32] = []
      for part in rows.parts {
        guard let piece = piece(part) else { return nil }
        tensors.append(piece)
      }
      guard let first = tensors.first, var sizes = editor.staticShape(first) else { return nil }
      if tensors.count == 1 { return first }
      sizes[0] = rows.count
      let joined = editor.addTensor(like: first, sizes)
      entries.append(editor.join(tensors, 0, joined))
      return joined
    }
  }

  private mutating func piece(_ part: LoopRows.Part) -> Int32? {
    guard !part.isWhole else { return part.source }
    guard var sizes = editor.staticShape(part.source) else { return nil }
    sizes[0] = part.count
    let piece = editor.addTensor(like: part.source, sizes)
    entries.append(
      editor.slice(
        part.source, [part.begin] + sizes.dropFirst().map { _ in 0 }, sizes, piece))
    return piece
  }
}
