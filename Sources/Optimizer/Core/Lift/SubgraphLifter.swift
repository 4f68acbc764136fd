import OpSet
import TFLite

/// Rewrites the operators of one subgraph for float operands: conversions are removed, and
/// operators that stay integer stand between QUANTIZE and DEQUANTIZE.
struct SubgraphLifter {
  private let subgraph: Int
  private let plan: LiftPlan
  private let constants: LiftedConstants
  /// The tensors before the change.
  private let originals: [Tensor]
  /// By removed tensor, the tensor that replaces it.
  private var aliases: [Int32: Int32] = [:]
  /// By tensor that became float, the tensor with its integers for operators that read them.
  private var integers: [Int32: Int32] = [:]

  init(_ subgraph: Int, plan: LiftPlan, constants: LiftedConstants, originals: [Tensor]) {
    self.subgraph = subgraph
    self.plan = plan
    self.constants = constants
    self.originals = originals
  }

  /// Returns the kinds of operators whose operands changed.
  mutating func lift(_ model: inout Model) -> Set<BuiltinOperator> {
    var kinds: Set<BuiltinOperator> = [.quantize, .dequantize]
    var edits: [[OperatorEdit]] = []
    for (index, entry) in model.subgraphs[subgraph].operators.enumerated() {
      guard touches(entry) else {
        edits.append([.keep(entry)])
        continue
      }
      if plan.raw.contains(OperatorPlace(subgraph: subgraph, index: index)) {
        edits.append(fenced(entry, &model))
      } else if entry.isConversion(in: model) {
        edits.append(converted(entry, &model))
      } else {
        kinds.insert(model.kind(of: entry))
        edits.append([.keep(lifted(entry, model))])
      }
    }
    kinds.insert(.relu)
    model.rewriteOperators(of: subgraph) { index, _ in edits[index].map(resolved) }
    return kinds
  }

  private func touches(_ entry: Operator) -> Bool {
    ((entry.inputs ?? []) + (entry.outputs ?? [])).contains { $0 >= 0 && lifts($0) }
  }

  private func lifts(_ tensor: Int32) -> Bool { plan.lifts(TensorID(subgraph, tensor)) }

  private func isConstant(_ tensor: Int32) -> Bool {
    plan.constants[TensorID(subgraph, tensor)] != nil
  }

  // MARK: Names

  private func resolve(_ tensor: Int32) -> Int32 {
    var current = tensor
    while let next = aliases[current] { current = next }
    return current
  }

  private func resolved(_ edit: OperatorEdit) -> OperatorEdit {
    func renamed(_ entry: Operator) -> Operator {
      var entry = entry
      entry.inputs = entry.inputs?.map(resolve)
      entry.outputs = entry.outputs?.map(resolve)
      return entry
    }
    return switch edit {
    case .keep(let entry): .keep(renamed(entry))
    case .insert(let entry): .insert(renamed(entry))
    }
  }

  /// Returns the tensor that holds the float values.
  private func float(_ tensor: Int32) -> Int32 {
    constants.floats[TensorID(subgraph, tensor)].map { Int32($0.index) } ?? tensor
  }

  // MARK: Operators

  /// Returns an operator that now computes with floats.
  private func lifted(_ entry: Operator, _ model: Model) -> Operator {
    var lifted = entry
    lifted.inputs = entry.inputs?.map { $0 >= 0 ? float($0) : $0 }
    lifted.intermediates = nil
    let spec = OpSet.spec(for: model.kind(of: entry))
    if let key = spec?.biasTypeKey, let type = entry.builtinOptions?[key], type != .float32 {
      lifted.builtinOptions?[key] = .float32
    }
    if let output = entry.outputs?.first, output >= 0, let clamp = clamp(of: output) {
      for key in Self.activations where entry.builtinOptions?[key] == 0 {
        lifted.builtinOptions?[key] = clamp
      }
    }
    return lifted
  }

  /// The activation types of operators that compute a new range.
  private static let activations = [
    Conv2D.activation, DepthwiseConv2D.activation, FullyConnected.activation, AddOptions.activation,
    SubOptions.activation, MulOptions.activation, DivOptions.activation,
  ]

  /// Returns the code of the RELU or RELU6 that older converters omit where the integer range of
  /// the result already clamps, or nil.
  private func clamp(of tensor: Int32) -> Int8? {
    guard lifts(tensor), let encoding = Affine(originals[Int(tensor)]),
      encoding.zeroPoint == encoding.levels.lowerBound
    else { return nil }
    return abs(encoding.range.upperBound - 6) < encoding.scale ? 3 : 1
  }

  /// Returns the edits for an operator that stays integer.
  private mutating func fenced(_ entry: Operator, _ model: inout Model) -> [OperatorEdit] {
    var kept = entry
    var edits: [OperatorEdit] = []
    for (position, tensor) in (entry.inputs ?? []).enumerated() where tensor >= 0 && lifts(tensor) {
      if isConstant(tensor) {
        let stored = constants.integers[TensorID(subgraph, tensor)].map { Int32($0.index) }
        kept.inputs?[position] = stored ?? tensor
        continue
      }
      if integers[tensor] == nil {
        let copy = copy(tensor, &model)
        integers[tensor] = copy
        edits.append(.insert(conversion(.quantize, tensor, copy, &model)))
      }
      kept.inputs?[position] = integers[tensor] ?? tensor
    }
    var after: [OperatorEdit] = []
    for (position, tensor) in (entry.outputs ?? []).enumerated() where tensor >= 0 && lifts(tensor)
    {
      let copy = copy(tensor, &model)
      integers[tensor] = copy
      kept.outputs?[position] = copy
      after.append(.insert(conversion(.dequantize, copy, tensor, &model)))
    }
    return edits + [.keep(kept)] + after
  }

  private func conversion(
    _ kind: BuiltinOperator, _ input: Int32, _ output: Int32, _ model: inout Model
  ) -> Operator {
    var entry = Operator()
    entry.opcodeIndex = model.code(for: kind, version: 1)
    entry.inputs = [input]
    entry.outputs = [output]
    return entry
  }

  /// Adds a tensor for the integers that another tensor held.
  private func copy(_ tensor: Int32, _ model: inout Model) -> Int32 {
    var copy = originals[Int(tensor)]
    copy.name = copy.name?.appending("_\(copy.type)")
    copy.isVariable = false
    return Int32(model.append(copy, to: subgraph).index)
  }

  // MARK: Conversions

  /// Returns the edits for QUANTIZE or DEQUANTIZE with at least one side that became float.
  private mutating func converted(_ entry: Operator, _ model: inout Model) -> [OperatorEdit] {
    guard let input = entry.inputs?.first, let output = entry.outputs?.first, input >= 0,
      output >= 0
    else { return [.keep(entry)] }
    guard originals[Int(output)].type == .float32 || lifts(output) else {
      return [.keep(replaced(entry, .quantize, float(input), output, &model))]
    }
    if isClamp(input, output) {
      return [.keep(replaced(entry, .relu, float(input), output, &model))]
    }
    let source = resolve(float(input))
    let graph = plan.graphs[subgraph]
    guard graph.isOutput[Int(output)] else {
      aliases[output] = source
      return []
    }
    if canRename(source) {
      aliases[source] = output
      return []
    }
    // Two outputs with the same values stay separate tensors: one goes through the integers.
    let stored = copy(lifts(output) ? output : input, &model)
    return [
      .insert(conversion(.quantize, float(input), stored, &model)),
      .keep(replaced(entry, .dequantize, stored, output, &model)),
    ]
  }

  private func replaced(
    _ entry: Operator, _ kind: BuiltinOperator, _ input: Int32, _ output: Int32,
    _ model: inout Model
  ) -> Operator {
    var replaced = conversion(kind, input, output, &model)
    replaced.debugMetadataIndex = entry.debugMetadataIndex
    return replaced
  }

  /// Whether the output's range acts as a RELU: the input may be negative, the output not.
  private func isClamp(_ input: Int32, _ output: Int32) -> Bool {
    guard lifts(input), !isConstant(input), clamp(of: output) != nil,
      let encoding = Affine(originals[Int(input)])
    else { return false }
    return encoding.zeroPoint > encoding.levels.lowerBound
  }

  /// Whether the operator that makes the tensor can write to another tensor instead.
  private func canRename(_ tensor: Int32) -> Bool {
    let index = Int(tensor)
    let graph = plan.graphs[subgraph]
    guard originals.indices.contains(index), graph.producer[index] != nil else { return false }
    return !graph.isInput[index] && !graph.isOutput[index] && !originals[index].isVariable
  }
}

extension BuiltinOperator {
  fileprivate static let relu = Self(named: "RELU") ?? .placeholder
}
