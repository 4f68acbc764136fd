/// The purpose of an operator's input.
package enum Role: Equatable, Sendable {
  /// Data that changes from run to run, or a constant in its place; quantized like data.
  case activation
  /// A constant that is learned. `channelAxis` is the axis that may have a scale per index; nil:
  /// one scale for the tensor.
  case weight(channelAxis: Int?)
  /// Added to a product: scale = scale of input `input` × scale of input `weight`.
  case bias(input: Int, weight: Int)
  /// A bias like `bias`, where the first factor is an intermediate tensor of the operator.
  case biasOfIntermediate(Int, weight: Int)
  /// Shapes, axes, indices, sizes, conditions and handles: never quantized.
  case index
  /// A variable tensor that the operator reads and writes.
  case state
  /// A float constant that belongs to the kernel: PRELU alpha, pad value, peephole, layer norm.
  case parameter

  package var isWeight: Bool {
    if case .weight = self { true } else { false }
  }
}
