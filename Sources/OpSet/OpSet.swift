import TFLite

/// Operators by family, and found by their kind.
package struct OpSet: Sendable {
  package let families: [OperatorFamily]
  private let byKind: [BuiltinOperator: OpSpec]
  private let custom: [String: CustomOperator]

  /// No operator is in two families.
  init(_ families: [OperatorFamily]) {
    self.families = families
    byKind = Dictionary(
      uniqueKeysWithValues: families.flatMap(\.specs).map { ($0.kind, $0) })
    custom = Dictionary(uniqueKeysWithValues: families.flatMap { Array($0.custom) })
  }

  /// Returns nil for custom operators, and for builtin ones that are not in the set.
  package func spec(for kind: BuiltinOperator) -> OpSpec? { byKind[kind] }

  /// Returns the kernel of a builtin operator, or of a custom one by its custom code; nil where there
  /// is none.
  package func kernel(of kind: BuiltinOperator, named name: String) -> OpKernel? {
    kind == .custom ? custom[name]?.kernel : byKind[kind]?.kernel
  }

  /// Returns the backward pass of an operator in the same way; nil where gradients end.
  package func gradient(of kind: BuiltinOperator, named name: String) -> OpGradient? {
    kind == .custom ? custom[name]?.gradient : byKind[kind]?.gradient
  }

  /// The custom codes of operators that have gradients.
  package var customGradients: [String] {
    custom.filter { $0.value.gradient != nil }.keys.sorted()
  }
}

extension OpSet {
  /// Every builtin operator that the runtime registers.
  package static let builtin = OpSet([
    .convolution, .matrixProduct, .embedding, .recurrent,
    .arithmetic, .unary, .normalization, .reduction, .pooling,
    .reshaping, .slicing, .indexing, .padding, .resizing,
    .selection, .detection, .comparison, .logic,
    .encoding, .shape, .signal, .random, .controlFlow, .state,
  ])

  package static let all: [OpSpec] = builtin.families.flatMap(\.specs)

  /// Returns nil for custom operators, and for builtin ones that no runtime registers.
  package static func spec(for kind: BuiltinOperator) -> OpSpec? { builtin.spec(for: kind) }
}
