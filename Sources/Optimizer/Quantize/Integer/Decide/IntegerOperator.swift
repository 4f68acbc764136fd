import OpSet
import TFLite

/// An operator in the integer plan.
struct IntegerOperator {
  let place: OperatorPlace
  let entry: Operator
  let kind: BuiltinOperator
  let name: String
  let spec: OpSpec?
  /// The float32 operands, which may become integers.
  let inputs: [Operand]
  let outputs: [Operand]

  struct Operand {
    /// Index among the operator's inputs or outputs.
    let position: Int
    let id: TensorID
    let role: Role
    let isConstant: Bool
    /// Whether the operand shares the parameters of the outputs.
    let sharesScale: Bool
  }

  init(_ entry: Operator, at place: OperatorPlace, in model: Model, _ graph: Graph) {
    self.place = place
    self.entry = entry
    kind = model.kind(of: entry)
    name = model.name(of: entry)
    let spec = OpSet.spec(for: kind)
    self.spec = spec
    let tensors = model.subgraphs[place.subgraph].tensors
    let count = entry.inputs?.count ?? 0
    inputs = (entry.inputs ?? []).enumerated().compactMap { position, tensor in
      guard tensor >= 0, tensors[Int(tensor)].type == .float32 else { return nil }
      return Operand(
        position: position, id: TensorID(place.subgraph, tensor),
        role: spec?.role(ofInput: position, count: count) ?? .index,
        isConstant: graph.isConstant(Int(tensor)),
        sharesScale: spec?.sharesScale(ofInput: position, count: count) ?? false)
    }
    outputs = (entry.outputs ?? []).enumerated().compactMap { position, tensor in
      guard tensor >= 0, tensors[Int(tensor)].type == .float32 else { return nil }
      return Operand(
        position: position, id: TensorID(place.subgraph, tensor), role: .activation,
        isConstant: false, sharesScale: spec?.scaleRule == .sameAsInputs)
    }
  }

  /// Data that changes from run to run.
  var activations: [Operand] { inputs.filter { $0.role == .activation && !$0.isConstant } }

  /// The identity of the operator in plans.
  var planKey: TensorID? { entry.planKey(in: place.subgraph) }

  /// Returns the matrix by which the operator multiplies; nil if it does not multiply by the
  /// constant.
  func matrix(of operand: Operand, in model: Model) -> WeightMatrix? {
    WeightMatrix(
      kind, operand: operand.position, options: entry.builtinOptions,
      shape: (model[operand.id].shape ?? []).map(Int.init))
  }

  /// Returns the facts of the operator with integer operands; `options` replace its own.
  func signature(
    in model: Model, _ mode: IntegerMode, options: Options? = nil
  ) -> OperatorSignature {
    func operands(_ list: [Int32]?, _ floats: [Operand]) -> [OperatorSignature.Operand?] {
      (list ?? []).enumerated().map { position, tensor in
        guard tensor >= 0 else { return nil }
        var operand = OperatorSignature.Operand(model[TensorID(place.subgraph, tensor)])
        guard let float = floats.first(where: { $0.position == position }) else { return operand }
        operand.type =
          switch float.role {
          case .weight: .int8
          case .bias, .biasOfIntermediate: mode.biasType
          default: mode.activationType
          }
        operand.hasQuantization = true
        return operand
      }
    }
    return OperatorSignature(
      kind, inputs: operands(entry.inputs, inputs), outputs: operands(entry.outputs, outputs),
      options: options ?? entry.builtinOptions ?? entry.builtinOptions2)
  }

  var hasWeights: Bool { inputs.contains { $0.role.isWeight } }

  /// Returns the encoding that the kernel requires for its output.
  func fixedOutput(_ mode: IntegerMode) -> Affine? {
    guard case .fixed(let encodings)? = spec?.scaleRule else { return nil }
    return encodings.first { $0.type == mode.activationType }
  }
}
