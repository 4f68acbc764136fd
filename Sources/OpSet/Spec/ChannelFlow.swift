/// The relation between the channels (the last axis) of an operator's inputs and outputs.
package enum ChannelFlow: Sendable {
  /// Each result channel follows from all channels: products with a filter for each result channel.
  case mixes
  /// Each result channel follows from one channel, in the same order.
  case keeps
  /// Several operands must have the same channels, or each stands at its place in the result.
  case joins
  /// Anything else: no channel can be left out.
  case needsAll
}
