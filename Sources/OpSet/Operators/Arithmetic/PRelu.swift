import TFLite

extension OpSpec {
  /// In the integer modes alpha is asymmetric int8 or int16 with its own scale.
  static let prelu = OpSpec(
    "PRELU", [.activation, .parameter],
    channels: .keeps, scale: .free, modes: .integer,
    traps: [Trap(.int16x8, "products with negative input overflow, and results wrap")],
    integerLimit: .staysFloat(.int16x8, "the int16 kernel's products overflow"),
    time: .elements(float: 0.08, int8: 3.5),
    runtimes: "1:1.8.0",
    kernel: .prelu,
    gradient: .prelu)
}

extension OpKernel {
  /// x ≥ 0 ? x : x × alpha, where alpha is broadcast to the input.
  static let prelu = OpKernel { preparation in
    try preparation.requireEqualTypes()
    let input = try preparation.input(0)
    let quantized = try preparation.quantizedRun(.prelu, activation: 0)
    if quantized == nil { try preparation.requireType(input, .float32, what: "inputs") }
    let run = quantized ?? .float(.prelu, .none, preparation.kernels)
    let stages = try preparation.binaryStages(run)
    let shape = try preparation.output().shape
    try preparation.require(
      shape == input.shape, "an input of shape \(input.shape) gives \(shape)")
    return stages
  }
}
