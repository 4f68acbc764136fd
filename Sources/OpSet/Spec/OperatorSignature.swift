import TFLite

/// The facts that version rules depend on: types, shapes, quantization and options of one operator.
/// Source: op_signature.cc of LiteRT.
package struct OperatorSignature: Sendable {
  /// One input or output.
  package struct Operand: Equatable, Sendable {
    package var type: TensorType
    package var shape: [Int32]
    /// Whether there is a Quantization table, which may be empty.
    package var hasQuantization: Bool
    package var scales: [Float]
    package var quantizedDimension: Int
    package var isSparse: Bool
    /// Whether blocks of a row have scales of their own, which are another tensor.
    package var isByBlock: Bool

    package init(
      _ type: TensorType, shape: [Int32] = [], hasQuantization: Bool = false, scales: [Float] = [],
      quantizedDimension: Int = 0, isSparse: Bool = false, isByBlock: Bool = false
    ) {
      self.type = type
      self.shape = shape
      self.hasQuantization = hasQuantization || !scales.isEmpty
      self.scales = scales
      self.quantizedDimension = quantizedDimension
      self.isSparse = isSparse
      self.isByBlock = isByBlock
    }

    package init(_ tensor: Tensor) {
      self.init(
        tensor.type, shape: tensor.shape ?? [], hasQuantization: tensor.quantization != nil,
        scales: tensor.quantization?.scale ?? [],
        quantizedDimension: Int(tensor.quantization?.quantizedDimension ?? 0),
        isSparse: tensor.sparsity != nil, isByBlock: tensor.quantization?.block != nil)
    }

    /// Whether there are as many scales as indices along `axis`; that may be one.
    func hasScalePerIndex(ofAxis axis: Int) -> Bool {
      shape.indices.contains(axis) && shape[axis] > 0 && scales.count == Int(shape[axis])
    }
  }

  package let kind: BuiltinOperator
  /// Nil for an optional operand that is left out; it still counts.
  package var inputs: [Operand?]
  package let outputs: [Operand?]
  package let options: Options?

  package init(
    _ kind: BuiltinOperator, inputs: [Operand?], outputs: [Operand?], options: Options? = nil
  ) {
    self.kind = kind
    self.inputs = inputs
    self.outputs = outputs
    self.options = options
  }

  package init(_ entry: Operator, in subgraph: Subgraph, of model: Model) {
    func operand(_ index: Int32) -> Operand? {
      let tensors = subgraph.tensors
      return tensors.indices.contains(Int(index)) ? Operand(tensors[Int(index)]) : nil
    }
    self.init(
      model.kind(of: entry),
      inputs: (entry.inputs ?? []).map(operand), outputs: (entry.outputs ?? []).map(operand),
      options: entry.builtinOptions ?? entry.builtinOptions2)
  }

  func input(_ index: Int) -> Operand? { inputs.indices.contains(index) ? inputs[index] : nil }

  func output(_ index: Int) -> Operand? { outputs.indices.contains(index) ? outputs[index] : nil }
}
