/// Operators whose facts, kernels and gradients stand side by side in `Operators/<name>/`.
///
/// An operator is one file there and one word in the family's list.
package struct OperatorFamily: Sendable {
  package let name: String
  package let specs: [OpSpec]
  /// Custom operators that the interpreter has kernels for, by custom code.
  let custom: [String: CustomOperator]

  init(_ name: String, _ specs: [OpSpec], custom: [String: CustomOperator] = [:]) {
    self.name = name
    self.specs = specs
    self.custom = custom
  }
}

/// A custom operator that the interpreter runs.
package struct CustomOperator: Sendable {
  let kernel: OpKernel
  /// Nil where gradients end.
  let gradient: OpGradient?

  init(_ kernel: OpKernel, gradient: OpGradient? = nil) {
    self.kernel = kernel
    self.gradient = gradient
  }
}
