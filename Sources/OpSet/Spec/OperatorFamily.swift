/// Operators whose facts, kernels and gradients stand side by side in `Operators/<name>/`.
///
/// An operator is one file there and one word in the family's list.
public struct OperatorFamily: Sendable {
  public let name: String
  public let specs: [OpSpec]
  /// Custom operators that the interpreter has kernels for, by custom code.
  let custom: [String: OpKernel]

  init(_ name: String, _ specs: [OpSpec], custom: [String: OpKernel] = [:]) {
    self.name = name
    self.specs = specs
    self.custom = custom
  }
}
