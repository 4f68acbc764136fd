import TFLite

/// The types below eight bits that an operator's kernels take for weights, by the activations beside
/// them. Measured in LiteRT 2.3 on all three paths (`Tools/bits_forms.py`): other types are refused,
/// or computed wrong without a message.
package struct NarrowRule: Sendable {
  /// The type of an operator's activations.
  package enum Activations: Hashable, Sendable { case float, int8, int16 }

  private let types: [Activations: [TensorType]]
  /// Whether the elements of one index of axis 0 must fill whole bytes: the kernel copies rows.
  private let copiesRows: Bool

  init(
    float: [TensorType] = [], int8: [TensorType] = [], int16: [TensorType] = [],
    copiesRows: Bool = false
  ) {
    types = [.float: float, .int8: int8, .int16: int16]
    self.copiesRows = copiesRows
  }

  /// Whether kernels read weights of the type and the shape.
  package func takes(_ type: TensorType, _ activations: Activations, shape: [Int32]) -> Bool {
    guard types[activations]?.contains(type) == true, let bits = type.bits else { return false }
    let row = shape.dropFirst().reduce(1) { $0 * Int($1) }
    return !copiesRows || row * bits % 8 == 0
  }
}
