import KernelTable
import TFLite

extension OpKernel {
  /// Input NHWC, filter [1, kH, kW, C × multiplier]: output channel = input channel × multiplier +
  /// index. Int8 filters under float inputs are hybrid, always asymmetric.
  static let depthwiseConv2D = OpKernel { preparation in
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let output = try preparation.output()
    try preparation.requireType(input, .float32, .int8, .uint8, .int16, what: "the input")
    let image = try ImageShape(input)
    let kernel = try ImageShape(filter, what: "the filter")
    try preparation.require(
      image.channels > 0 && kernel.channels % image.channels == 0,
      "\(kernel.channels) output channels do not suit \(image.channels) input channels")
    let isSame = preparation.option(DepthwiseConv2D.padding) == 0
    let y = try WindowAxis(
      input: image.height, kernel: kernel.height,
      stride: preparation.option(DepthwiseConv2D.strideH),
      dilation: preparation.option(DepthwiseConv2D.dilationH, 1), isSame: isSame)
    let x = try WindowAxis(
      input: image.width, kernel: kernel.width,
      stride: preparation.option(DepthwiseConv2D.strideW),
      dilation: preparation.option(DepthwiseConv2D.dilationW, 1), isSame: isSame)
    try preparation.setShape([image.batches, y.output, x.output, kernel.channels])
    if input.integerKind != nil {
      return try integerDepthwise(preparation, image, kernel, y, x)
    }
    try preparation.requireType(output, .float32, what: "the output")
    let activation = try FusedActivation(
      code: preparation.option(DepthwiseConv2D.activation))
    let rounding =
      filter.type == .int8
      ? HybridRows(
        preparation, input, rows: image.batches, depth: image.imageFloats, isAsymmetric: true)
      : nil
    let source = rounding?.pointer ?? { UnsafeRawPointer(input.base) }
    var stages = rounding?.stages ?? []
    if image.channels == 1, kernel.channels > 1 {
      // With one input channel this is an ordinary convolution.
      let weights = try ProductWeights(
        preparation, filterIndex: 1, biasIndex: 2,
        parts: [
          .init(
            columns: kernel.channels, runs: [0], runSteps: y.kernel * x.kernel, columnStride: 1,
            stepStride: kernel.channels)
        ])
      let convolution = Convolution(
        kernels: preparation.kernels, image: image, y: y, x: x, weights: weights.parts,
        activation: rounding == nil ? activation : .none)
      stages += weights.stages
      stages.append(convolution.stage(preparation, input: source, output: output))
    } else {
      let weights = try DepthwiseWeights(preparation, kernel)
      let depthwise = DepthwiseConvolution(
        kernels: preparation.kernels, image: image, channels: kernel.channels, y: y, x: x,
        weights: weights.blocks, activation: rounding == nil ? activation : .none)
      stages += weights.stages
      stages += depthwise.stages(preparation, input: source, output: output)
    }
    let finish = rounding?.finish(
      output, columns: kernel.channels, weights: filter, bias: preparation.optionalInput(2),
      activation, multipliesScalesFirst: false)
    return stages + (finish.map { [$0] } ?? []) + activation.stages(on: output, preparation.kernels)
  }
}

/// Blocks of 16 channels: 16 biases, then 16 weights for each tap.
final class DepthwiseBlocks {
  let taps: Int
  let channels: Int
  let base: UnsafeMutableRawPointer

  init(taps: Int, channels: Int) {
    self.taps = taps
    self.channels = channels
    let bytes = (channels + 15) / 16 * (taps + 1) * 64
    base = .allocate(byteCount: bytes + 64, alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
  }

  deinit { base.deallocate() }

  var stride: Int { (taps + 1) * 64 }

  /// An int8 filter gives integers and no bias: the sums are scaled afterwards.
  func fill(_ filter: Value, _ bias: Value?) {
    let isHybrid = filter.type == .int8
    for channel in 0..<channels {
      let target = (base + channel / 16 * stride).assumingMemoryBound(to: Float.self)
      let lane = channel & 15
      target[lane] = isHybrid ? 0 : bias?.floats[channel] ?? 0
      for tap in 0..<taps {
        let index = tap * channels + channel
        target[(tap + 1) * 16 + lane] =
          isHybrid ? Float(filter.pointer(Int8.self)[index]) : filter.floats[index]
      }
    }
  }
}

struct DepthwiseWeights {
  let blocks: DepthwiseBlocks
  let stages: [Stage]

  init(_ preparation: Preparation, _ kernel: ImageShape) throws {
    let filter = try preparation.input(1)
    let bias = preparation.optionalInput(2)
    try preparation.requireType(filter, .float32, .int8, what: "a filter")
    if let bias {
      try preparation.requireType(bias, .float32, what: "a bias")
      try preparation.require(
        bias.count == kernel.channels, "the bias has \(bias.count) values")
    }
    if filter.type == .int8 {
      let count = filter.tensor.quantization?.scale?.count ?? 0
      try preparation.require(
        count == 1 || count == kernel.channels, "the int8 filter has \(count) scales")
    }
    let blocks: DepthwiseBlocks = try preparation.packed {
      let blocks = DepthwiseBlocks(taps: kernel.height * kernel.width, channels: kernel.channels)
      if filter.isKnown, bias?.isKnown ?? true {
        _ = try preparation.known(1)
        if bias != nil { _ = try preparation.known(2) }
        blocks.fill(filter, bias)
      }
      return blocks
    }
    self.blocks = blocks
    if filter.isKnown, bias?.isKnown ?? true {
      preparation.consume(1)
      if bias != nil, filter.type != .int8 { preparation.consume(2) }
      stages = []
    } else {
      stages = [preparation.packing(filter, bias) { blocks.fill(filter, bias) }]
    }
  }
}
