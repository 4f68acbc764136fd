extension OperatorFamily {
  /// Functions of each element: activations and mathematical functions.
  static let unary = OperatorFamily(
    "Unary",
    [
      .relu, .relu6, .reluN1To1, .relu0To1, .leakyRelu, .hardSwish, .elu, .gelu, .logistic,
      .tanh, .abs, .exp, .log, .sqrt, .rsqrt, .square, .neg, .sign, .sin, .cos, .floor, .ceil,
      .round,
    ])
}
