import TFLite

/// Products by the operator's kind: nil where it has no `OpSpec.product`.
extension WeightMatrix {
  /// Returns nil for operands that are no such matrix.
  package init?(_ kind: BuiltinOperator, operand: Int, options: Options?, shape: [Int]) {
    guard let product = OpSet.spec(for: kind)?.product, product.weight == operand else {
      return nil
    }
    self.init(product, options: options, shape: shape)
  }
}

extension ProductInputRows {
  package init?(
    _ kind: BuiltinOperator, options: Options?, inputs: [Value?], output: Value
  ) throws {
    guard let product = OpSet.spec(for: kind)?.product else { return nil }
    try self.init(product, options: options, inputs: inputs, output: output)
  }
}

extension ProductInputSums {
  package init?(
    _ kind: BuiltinOperator, options: Options?, inputs: [Value?], output: Value
  ) throws {
    guard let product = OpSet.spec(for: kind)?.product else { return nil }
    try self.init(product, options: options, inputs: inputs, output: output)
  }
}
