/// The reason why an operator cannot run.
package enum OperatorFault: Error, Equatable, Sendable {
  /// The value of the input decides shapes or steps, and is not known before the run.
  case needsValue(input: Int)
  /// The operands contradict each other or the operator; a clause without capital or period.
  case invalid(String)
  /// The operator is right, but there is no kernel for this form of it, such as for its types.
  case unsupported(String)
}
