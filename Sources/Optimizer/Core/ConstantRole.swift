/// How operators use a constant; `Report` has the words.
package enum ConstantRole: Hashable, Sendable {
  case weight, bias, parameter, index, state, activation
  /// A result of its subgraph that no operator reads.
  case output
  /// An input of an operator without facts.
  case unknown
}
