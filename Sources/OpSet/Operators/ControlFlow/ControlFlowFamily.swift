extension OperatorFamily {
  /// Operators that run other subgraphs.
  static let controlFlow = OperatorFamily(
    "ControlFlow",
    [
      .`if`, .`while`, .callOnce, .stablehloComposite, .stablehloCase,
    ])
}
