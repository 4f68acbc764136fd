import OpSet
import TFLite

/// Which integers of a model stand for real numbers and can become floats, and which operators stay
/// integer. Depends on the model alone.
struct LiftPlan {
  /// How the constants that become floats are decoded.
  private(set) var constants: [TensorID: any TensorTransform] = [:]
  /// Inputs and computed tensors that become float.
  private(set) var activations: Set<TensorID> = []
  /// Operators that stay integer: their values have no scale, or no float kernel computes the same.
  private(set) var raw: Set<OperatorPlace> = []
  let graphs: [Graph]
  private let model: Model
  /// Subgraphs that operators run.
  let called: Set<Int>

  init(_ model: Model) {
    self.model = model
    graphs = model.subgraphs.indices.map { Graph(model, subgraph: $0) }
    called = Set(
      model.subgraphs.flatMap { $0.operators.flatMap(\.calledSubgraphs) }.map { Int($0) })
    for (index, subgraph) in model.subgraphs.enumerated() {
      for tensor in subgraph.tensors.indices { consider(TensorID(index, tensor)) }
    }
    repeat { findRaw() } while dropVariables()
    dropUntouched()
  }

  func lifts(_ id: TensorID) -> Bool { activations.contains(id) || constants[id] != nil }

  /// Returns whether an operator computes with other integers than those of `mode`.
  func differs(from mode: IntegerMode) -> Bool {
    everyOperator.contains { place, entry in
      guard !raw.contains(place), !entry.isConversion(in: model), entry.calledSubgraphs.isEmpty
      else { return false }
      let data = operands(of: entry, place).filter { $0.role != .state }.map(\.id)
        .filter(activations.contains)
      guard !data.isEmpty else { return differsInConstants(entry, place, mode) }
      return data.contains { model[$0].type != mode.activationType }
    }
  }

  /// Of an operator that reads no integers but constants: a variable gets its first value as it is,
  /// while a kernel that mixes integer weights with floats is none of the mode's.
  private func differsInConstants(
    _ entry: Operator, _ place: OperatorPlace, _ mode: IntegerMode
  ) -> Bool {
    let operands = operands(of: entry, place)
    let stored = operands.filter { constants[$0.id] != nil }
    guard operands.contains(where: { model[$0.id].type == .float32 }) else {
      return stored.contains { model[$0.id].type != mode.activationType }
    }
    return !stored.isEmpty
  }

  /// Why the model as a whole cannot be lifted, or nil: a subgraph and its caller, or the readers
  /// and writers of a variable, would have different types.
  var refusal: Reason? {
    for (place, entry) in everyOperator {
      for callee in entry.calledSubgraphs where !agrees(entry, place, Int(callee)) {
        return .differsFromCaller(subgraph: Int(callee))
      }
    }
    let variables = everyOperator.flatMap { place, entry -> [Bool] in
      guard model.kind(of: entry).accessesVariable else { return [] }
      return operands(of: entry, place).filter { model[$0.id].type.isNarrowInteger }
        .map { lifts($0.id) && !raw.contains(place) }
    }
    return Set(variables).count > 1 ? .hasVariablesWithoutScale : nil
  }

  private func agrees(_ entry: Operator, _ place: OperatorPlace, _ callee: Int) -> Bool {
    let body = model.subgraphs[callee]
    let isIf = model.kind(of: entry) == .if
    let given = (entry.inputs ?? []).dropFirst(isIf ? 1 : 0)
    func isSame(_ outer: Int32, _ inner: Int32) -> Bool {
      guard outer >= 0, inner >= 0 else { return true }
      let (a, b) = (TensorID(place.subgraph, outer), TensorID(callee, inner))
      // The result of a condition (bool) does not come from the integer computation.
      return model[b].type == .bool || lifts(a) == lifts(b)
    }
    return zip(given, body.inputs ?? []).allSatisfy(isSame)
      && zip(entry.outputs ?? [], body.outputs ?? []).allSatisfy(isSame)
  }

  // MARK: Tensors

  private mutating func consider(_ id: TensorID) {
    let tensor = model[id]
    guard let quantization = tensor.quantization, quantization.details == nil,
      let scales = quantization.scale, !scales.isEmpty,
      scales.allSatisfy({ $0.isFinite && $0 >= 0 }), tensor.sparsity == nil,
      tensor.externalBuffer == 0
    else { return }
    let graph = graphs[id.subgraph]
    if graph.isConstant(id.index) {
      guard !graph.isOutput[id.index], let data = model.data(of: id),
        let elements = tensor.elementCount, elements > 0,
        let needed = tensor.type.byteCount(elements: elements), data.count >= needed
      else { return }
      constants[id] = decoder(of: id, elements)
    } else if tensor.type.isNarrowInteger, scales.count == 1, scales[0] > 0,
      quantization.zeroPoint?.count ?? 0 <= 1, model.data(of: id) == nil
    {
      activations.insert(id)
    }
  }

  private func decoder(of id: TensorID, _ elements: Int) -> (any TensorTransform)? {
    switch model[id].type {
    case .int8, .uint8, .int16, .int4, .int2:
      return StoredIntegers(model[id]).map(FromIntegers.init)
    case .int32, .int64:
      guard let scales = biasScales(of: id), scales.count == 1 || scales.count == elements else {
        return nil
      }
      return FromBias(type: model[id].type, scales: scales)
    default: return nil
    }
  }

  /// Kernels ignore the stated scale of a bias and read it as a sum of products; recurrent kernels
  /// have their own rules, which the stated scale follows.
  private func biasScales(of id: TensorID) -> [Float]? {
    var found: [[Float]] = []
    for use in graphs[id.subgraph].uses[id.index] {
      let entry = model.subgraphs[id.subgraph].operators[use.operation]
      let all = operands(of: entry, OperatorPlace(subgraph: id.subgraph, index: use.operation))
      guard let operand = all.first(where: { $0.position == use.operand }) else { return nil }
      switch operand.role {
      case .bias(let input, let weight):
        guard !all.contains(where: { $0.role == .state }) else { break }
        let first = all.first { $0.position == input }
        let second = all.first { $0.position == weight }
        guard let first, let second, let data = model[first.id].quantization?.scale,
          data.count == 1, let factors = model[second.id].quantization?.scale, !factors.isEmpty
        else { break }
        found.append(factors.map { $0 * data[0] })
      case .biasOfIntermediate: break
      default: return nil
      }
    }
    let isOne = !found.isEmpty && found.allSatisfy { $0 == found[0] }
    return isOne ? found[0] : model[id].quantization?.scale
  }

  // MARK: Operators

  struct Operand {
    let position: Int
    let id: TensorID
    /// The role of an input; outputs are activations.
    let role: Role
    let isOutput: Bool
  }

  func operands(of entry: Operator, _ place: OperatorPlace) -> [Operand] {
    let spec = OpSet.spec(for: model.kind(of: entry))
    let count = entry.inputs?.count ?? 0
    let inputs = (entry.inputs ?? []).enumerated().filter { $0.element >= 0 }.map {
      Operand(
        position: $0.offset, id: TensorID(place.subgraph, $0.element),
        role: spec?.role(ofInput: $0.offset, count: count) ?? .index, isOutput: false)
    }
    let outputs = (entry.outputs ?? []).enumerated().filter { $0.element >= 0 }.map {
      Operand(
        position: $0.offset, id: TensorID(place.subgraph, $0.element), role: .activation,
        isOutput: true)
    }
    return inputs + outputs
  }

  private var everyOperator: [(OperatorPlace, Operator)] {
    model.subgraphs.enumerated().flatMap { s, subgraph in
      subgraph.operators.enumerated().map { (OperatorPlace(subgraph: s, index: $0), $1) }
    }
  }

  private mutating func findRaw() {
    raw = Set(everyOperator.filter { keepsIntegers($1, $0) }.map { $0.0 })
  }

  private func keepsIntegers(_ entry: Operator, _ place: OperatorPlace) -> Bool {
    let operands = operands(of: entry, place)
    if entry.isConversion(in: model) {
      guard let input = operands.first, let output = operands.last(where: \.isOutput) else {
        return true
      }
      return lifts(output.id) && model[input.id].type != .float32 && !lifts(input.id)
    }
    guard entry.calledSubgraphs.isEmpty else { return false }
    guard let spec = OpSet.spec(for: model.kind(of: entry)), spec.computesReals else { return true }
    if let format = entry.builtinOptions?[FullyConnected.weightsFormat], format != 0 { return true }
    return operands.contains { operand in
      if operand.role == .index { return lifts(operand.id) }
      let type = model[operand.id].type
      let isInteger = type.isNarrowInteger || type == .int4 || type == .int2
      let isBias = !operand.isOutput && (type == .int32 || type == .int64) && operand.role.isBias
      return (isInteger || isBias) && !lifts(operand.id)
    }
  }

  /// Keeps variables integer that an integer operator shares; returns whether there was one.
  private mutating func dropVariables() -> Bool {
    let shared = activations.filter { id in
      model[id].isVariable
        && graphs[id.subgraph].uses[id.index].contains {
          raw.contains(OperatorPlace(subgraph: id.subgraph, index: $0.operation))
        }
    }
    activations.subtract(shared)
    return !shared.isEmpty
  }

  /// Keeps tensors integer that only integer operators read or write.
  private mutating func dropUntouched() {
    func isTouched(_ id: TensorID) -> Bool {
      let graph = graphs[id.subgraph]
      if called.contains(id.subgraph), graph.isInput[id.index] || graph.isOutput[id.index] {
        return true
      }
      let places =
        graph.uses[id.index].map(\.operation) + [graph.producer[id.index]].compactMap { $0 }
      return places.contains { !raw.contains(OperatorPlace(subgraph: id.subgraph, index: $0)) }
    }
    activations = activations.filter(isTouched)
    constants = constants.filter { isTouched($0.key) }
  }
}

extension OpSpec {
  /// Whether the integer kernel computes the same function as the float kernel.
  fileprivate var computesReals: Bool {
    hybrid != nil || !modes.isDisjoint(with: [.int8, .int16x8]) || kind.accessesVariable
  }
}

extension BuiltinOperator {
  fileprivate static let `if` = Self(rawValue: 118)
  private static let readVariable = Self(rawValue: 143)
  private static let assignVariable = Self(rawValue: 144)

  /// Whether the operator only moves the values of a variable.
  fileprivate var accessesVariable: Bool { self == .readVariable || self == .assignVariable }
}

extension Role {
  fileprivate var isBias: Bool {
    switch self {
    case .bias, .biasOfIntermediate: true
    default: false
    }
  }
}

extension Operator {
  /// Returns whether the operator changes only how values are stored.
  func isConversion(in model: Model) -> Bool {
    OpSet.spec(for: model.kind(of: self))?.traits.contains(.convertsEncoding) == true
  }
}
