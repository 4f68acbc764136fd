/// Operators that run other subgraphs. Their operands are those of the subgraph, so their types
/// change only together with it.
extension OpSpec {
  static let `if` = OpSpec(
    "IF", Operands([.index], rest: .activation), runtimes: "1:1.15.0",
    kernel: .if, gradient: .chosen)

  static let `while` = OpSpec(
    "WHILE", .variadic(.activation), runtimes: "1:1.15.0", kernel: .while, gradient: .loop)

  static let callOnce = OpSpec("CALL_ONCE", .none, runtimes: "1:2.5.0", kernel: .callOnce)

  static let stablehloComposite = OpSpec(
    "STABLEHLO_COMPOSITE", .variadic(.activation), runtimes: "1:2.17.0",
    kernel: .stablehloComposite, gradient: .called)

  static let stablehloCase = OpSpec(
    "STABLEHLO_CASE", Operands([.index], rest: .activation), runtimes: "1:2.17.0",
    reference: .absent, kernel: .stablehloCase, gradient: .chosen)
}
