import KernelTable
import TFLite

extension OpKernel {
  /// Returns the stages for integer input, filter and output; sums are scaled in double precision.
  static func integerFullyConnected(_ preparation: Preparation) throws -> [Stage] {
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let (columns, depth, rows) = try fullyConnectedSizes(preparation, input, filter)
    let operands = try IntegerOperands(
      preparation, input: input, filterIndex: 1, biasIndex: 2, channels: columns,
      activation: preparation.option(FullyConnected.activation),
      rule: .dense(biasType: preparation.biasType(FullyConnected.quantizedBiasType)))
    return try operands.product(
      preparation, filterIndex: 1, rows: rows, depth: depth,
      .init(columns: columns, runs: [0], runSteps: depth, columnStride: depth, stepStride: 1))
  }

  /// Sets the output's shape.
  static func fullyConnectedSizes(
    _ preparation: Preparation, _ input: Value, _ filter: Value
  ) throws -> (columns: Int, depth: Int, rows: Int) {
    try preparation.require(filter.rank == 2, "the filter has \(filter.rank) dimensions")
    try preparation.require(
      preparation.option(FullyConnected.weightsFormat) == 0, "the weights are shuffled")
    let (columns, depth) = (filter.shape[0], filter.shape[1])
    try preparation.require(
      depth > 0 && input.count % depth == 0,
      "\(input.count) input elements do not make rows of \(depth)")
    let rows = input.count / depth
    if preparation.option(FullyConnected.keepNumDims) {
      try preparation.require(
        input.shape.last == depth, "the last dimension of \(input.shape) is not \(depth)")
      try preparation.setShape(input.shape.dropLast() + [columns])
    } else {
      try preparation.setShape([rows, columns])
    }
    return (columns, depth, rows)
  }
}

extension IntegerOperands {
  /// Returns the stages of the product of consecutive rows of the input with the filter.
  func product(
    _ preparation: Preparation, filterIndex: Int, rows: Int, depth: Int, _ part: ProductWeights.Part
  ) throws -> [Stage] {
    let weights = try IntegerWeights(
      preparation, filterIndex: filterIndex, self, parts: [part])
    let (input, output) = (input, output)
    let stage = try rowProduct(rows: rows, depth: depth, weights.parts[0]).stage(
      preparation, input: { UnsafeRawPointer(input.base) }, output: { output.base })
    return stages + weights.stages + [stage]
  }

  /// Rows are an image of one column under a kernel of one position.
  func rowProduct(rows: Int, depth: Int, _ panels: IntegerPanels) throws -> IntegerConvolution {
    IntegerConvolution(
      operands: self,
      image: ImageShape(batches: 1, height: rows, width: 1, channels: depth),
      y: try WindowAxis(input: rows, kernel: 1, stride: 1, isSame: false),
      x: try WindowAxis(input: 1, kernel: 1, stride: 1, isSame: false), weights: [panels])
  }
}
