import OpSet
import TFLite

/// The facts about one operator that decide whether a target runs it.
package struct OperatorView: Sendable {
  /// An input or output.
  package struct Operand: Sendable {
    package var type: TensorType
    package var shape: [Int]
    package var role: Role
    /// Whether its value is in the file, decoded by DEQUANTIZE or DENSIFY or not.
    package var isConstant: Bool
    /// Whether it follows from constants and shapes, so that a compiler can compute it.
    package var isKnown: Bool
    /// The type in the file of a constant that an operator decodes.
    package var storedType: TensorType?
    /// Whether its shape is known only during a run.
    package var isDynamic: Bool
    package var isSparse: Bool
    package var scales: [Float]
    package var zeroPoints: [Int64]
    package var quantizedDimension: Int
    /// Whether scales are not known yet, since the model is seen as it would be in integers.
    package var isAssumed = false
    /// The values of a small integer constant.
    package var integers: [Int]?

    package var count: Int { shape.reduce(1, *) }
    package var isInteger8: Bool { type == .int8 || type == .uint8 }
    package var isPerChannel: Bool { scales.count > 1 }
  }

  package let place: OperatorPlace
  package let kind: BuiltinOperator
  /// The schema's name, or the custom code.
  package let name: String
  package let version: Int32
  package let options: Options?
  package var inputs: [Operand?]
  package var outputs: [Operand]
  /// Tensors that a kernel keeps for itself.
  package var intermediates: [Operand] = []
  /// Whether the operator only decodes constants, which conversion to integers leaves out.
  package var isFolded = false
  /// Multiplications by weights of one run.
  package let multiplications: Int
  package let label: String

  /// Whether its results follow from shapes and constants.
  package var isComputable: Bool {
    kind != .custom && data.contains { $0.type == .int32 } && !outputs.isEmpty
      && outputs.allSatisfy(\.isKnown)
  }

  package var spec: OpSpec? { OpSet.spec(for: kind) }

  package func input(_ index: Int) -> Operand? {
    inputs.indices.contains(index) ? inputs[index] : nil
  }

  package var output: Operand? { outputs.first }

  /// Inputs that are computed with, and outputs; no weights, biases, sizes and indices.
  package var data: [Operand] { dataInputs + outputs }

  package var dataInputs: [Operand] {
    inputs.compactMap { operand in
      guard let operand else { return nil }
      return switch operand.role {
      case .activation, .parameter, .state: operand
      case .weight, .bias, .biasOfIntermediate, .index: nil
      }
    }
  }

  package var weights: [Operand] { inputs.compactMap { $0 }.filter(\.role.isWeight) }

  package var bias: Operand? {
    inputs.compactMap { $0 }.first {
      switch $0.role {
      case .bias, .biasOfIntermediate: true
      default: false
      }
    }
  }
}

/// What a model's numbers are taken for.
package enum Lens: Sendable {
  /// As they are stored.
  case stored
  /// As `quantize --mode int8` would store them; scales are not known.
  case int8
}
