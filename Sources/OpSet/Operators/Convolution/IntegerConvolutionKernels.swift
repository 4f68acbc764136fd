import KernelTable
import TFLite

extension OpKernel {
  static func integerConvolution(
    _ preparation: Preparation, _ image: ImageShape, _ kernel: ImageShape, _ y: WindowAxis,
    _ x: WindowAxis
  ) throws -> [Stage] {
    let operands = try IntegerOperands(
      preparation, input: try preparation.input(0), filterIndex: 1, biasIndex: 2,
      channels: kernel.batches, activation: preparation.option(Conv2D.activation),
      rule: .convolution(biasType: preparation.biasType(Conv2D.quantizedBiasType)))
    let groups = image.channels / kernel.channels
    if groups == 1, y.kernel == 1, x.kernel == 1, y.stride == 1, x.stride == 1 {
      return try operands.product(
        preparation, filterIndex: 1, rows: image.batches * image.height * image.width,
        depth: image.channels,
        .init(
          columns: kernel.batches, runs: [0], runSteps: kernel.channels,
          columnStride: kernel.channels, stepStride: 1))
    }
    return try operands.convolution(
      preparation, image, y, x,
      IntegerConvolution.parts(
        groups: groups, columns: kernel.batches / groups, y: y, x: x, depth: kernel.channels,
        columnStride: kernel.imageFloats))
  }

  static func integerDepthwise(
    _ preparation: Preparation, _ image: ImageShape, _ kernel: ImageShape, _ y: WindowAxis,
    _ x: WindowAxis
  ) throws -> [Stage] {
    let operands = try IntegerOperands(
      preparation, input: try preparation.input(0), filterIndex: 1, biasIndex: 2,
      channels: kernel.channels, activation: preparation.option(DepthwiseConv2D.activation),
      rule: .convolution(biasType: .float32))
    let taps = y.kernel * x.kernel
    guard image.channels > 1, !operands.isLong || taps <= 2 * PackedIntegers.safePairs else {
      // Each input channel is a group of its own.
      let columns = kernel.channels / image.channels
      let runs = (0..<taps).map { $0 * kernel.channels }
      return try operands.convolution(
        preparation, image, y, x,
        (0..<image.channels).map { group in
          .init(
            firstColumn: group * columns, columns: columns, runs: runs, runSteps: 1,
            columnStride: 1, stepStride: 1)
        })
    }
    let weights = try IntegerDepthwiseWeights(
      preparation, operands, taps: taps, channels: kernel.channels)
    let depthwise = IntegerDepthwise(
      operands: operands, image: image, channels: kernel.channels, y: y, x: x,
      weights: weights.blocks)
    return operands.stages + weights.stages + depthwise.stages(preparation)
  }
}

extension IntegerOperands {
  fileprivate func convolution(
    _ preparation: Preparation, _ image: ImageShape, _ y: WindowAxis, _ x: WindowAxis,
    _ parts: [ProductWeights.Part]
  ) throws -> [Stage] {
    let weights = try IntegerWeights(preparation, filterIndex: 1, self, parts: parts)
    let (input, output) = (input, output)
    guard output.count > 0 else { return [] }
    let stage = IntegerConvolution(
      operands: self, image: image, y: y, x: x, weights: weights.parts
    ).stage(preparation, input: { UnsafeRawPointer(input.base) }, output: { output.base })
    return stages + weights.stages + [stage]
  }
}
