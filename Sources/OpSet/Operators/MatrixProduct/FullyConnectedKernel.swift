import KernelTable
import TFLite

extension OpKernel {
  /// y[b, o] = activation(Σ x[b, i] × w[o, i] + bias[o]); integer weights under float inputs are
  /// hybrid. Filter [O, I]; the input is flattened to rows of I.
  static let fullyConnected = OpKernel { preparation in
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let output = try preparation.output()
    if input.integerKind != nil { return try integerFullyConnected(preparation) }
    try preparation.requireType(input, .float32, what: "the input")
    try preparation.requireType(output, .float32, what: "the output")
    let (columns, depth, rows) = try fullyConnectedSizes(preparation, input, filter)
    let weights = try ProductWeights(
      preparation, filterIndex: 1, biasIndex: 2,
      parts: [
        .init(columns: columns, runs: [0], runSteps: depth, columnStride: depth, stepStride: 1)
      ], takesInt2AndBlocks: true)
    let activation = try FusedActivation(code: preparation.option(FullyConnected.activation))
    let rounding =
      weights.isHybrid
      ? HybridRows(
        preparation, input, rows: rows, depth: depth,
        isAsymmetric: preparation.option(FullyConnected.asymmetricInputs))
      : nil
    let product = ProductRows(
      kernels: preparation.kernels, rows: rows, depth: depth, weights: weights.parts[0],
      activation: weights.isHybrid ? .none : activation)
    let stage = product.stage(
      preparation, input: rounding?.pointer ?? { UnsafeRawPointer(input.base) },
      output: { output.floats })
    let finish = rounding?.finish(
      output, columns: columns, weights: filter, bias: preparation.optionalInput(2), activation,
      multipliesScalesFirst: true)
    return weights.stages + (rounding?.stages ?? []) + [stage] + (finish.map { [$0] } ?? [])
      + activation.stages(on: output, preparation.kernels)
  }
}
