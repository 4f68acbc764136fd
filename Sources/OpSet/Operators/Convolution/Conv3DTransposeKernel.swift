import KernelTable
import TFLite

extension OpKernel {
  /// Output shape, filter [kD, kH, kW, O, I], input NDHWC, bias [O]: each line of the input times
  /// the filter, added up where the window puts it.
  static let conv3DTranspose = OpKernel { preparation in
    let shape = try preparation.integers(0)
    let filter = try preparation.input(1)
    let input = try preparation.input(2)
    let output = try preparation.output()
    for value in [filter, input, output] {
      try preparation.requireType(value, .float32, what: "an operand")
    }
    try preparation.require(
      input.rank == 5 && filter.rank == 5 && shape.count == 5
        && input.shape[4] == filter.shape[4] && shape[4] == filter.shape[3]
        && shape[0] == input.shape[0],
      "a filter of shape \(filter.shape) does not lead from \(input.shape) to \(shape)")
    try preparation.setShape(shape)
    let window = try VolumeWindow(preparation, large: shape[1..<4], kernel: filter.shape[..<3])
    try preparation.require(
      window.outputs == Array(input.shape[1..<4]),
      "an output of shape \(shape) needs an input of \(window.outputs)")
    let bias = preparation.optionalInput(3)
    if let bias {
      try preparation.requireType(bias, .float32, what: "the bias")
      try preparation.require(bias.count == shape[4], "the bias has \(bias.count) values")
    }
    let depth = filter.shape[4]
    let weights = try ProductWeights(
      preparation, filterIndex: 1, biasIndex: -1,
      parts: [
        .init(
          columns: window.taps * shape[4], runs: [0], runSteps: depth, columnStride: depth,
          stepStride: 1)
      ])
    let activation = try FusedActivation(code: preparation.option(Conv3D.activation))
    let transposed = TransposedVolume(
      window: window, channels: shape[4],
      product: RowProduct(kernels: preparation.kernels, weights: weights.parts[0]),
      activation: activation)
    return weights.stages + [transposed.stage(preparation, input, bias, output)]
      + activation.stages(on: output, preparation.kernels)
  }
}

private struct TransposedVolume {
  /// Over the output; its outputs are the input's positions.
  let window: VolumeWindow
  /// Channels of the output.
  let channels: Int
  let product: RowProduct
  let activation: FusedActivation

  func stage(_ preparation: Preparation, _ input: Value, _ bias: Value?, _ output: Value) -> Stage {
    let width = window.x.output
    let places = RowProduct.memoryBytes(rows: width)
    let memory = preparation.scratch(
      bytesPerLane: places + width * product.weights.columns * 4)
    let batches = input.shape[0]
    let floats = output.shape.dropFirst().reduce(1, *)
    let lines = window.z.output * window.y.output
    let this = self
    return .tiles(floats == 0 ? 0 : batches) { batch, lane in
      let scratch = memory.pointer(lane: lane)
      let products = (scratch + places).assumingMemoryBound(to: Float.self)
      let target = output.floats + batch &* floats
      this.fill(target, floats, bias)
      for line in 0..<lines {
        let row = (batch &* lines &+ line) &* width &* this.product.weights.steps
        this.product.run(input.floats + row, rows: width, products, memory: scratch)
        this.scatter(products, line, target)
      }
      var zero: Float = 0
      this.product.kernels.binary(
        .add, target, 1, &zero, 0, target, floats, this.activation.low, this.activation.high)
    }
  }

  private func fill(_ target: UnsafeMutablePointer<Float>, _ count: Int, _ bias: Value?) {
    guard let bias else { return target.update(repeating: 0, count: count) }
    for start in stride(from: 0, to: count, by: channels) {
      (target + start).update(from: bias.floats, count: channels)
    }
  }

  /// Adds the products of an input line to the output.
  private func scatter(
    _ products: UnsafePointer<Float>, _ line: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let (zStart, yStart) = line.quotientAndRemainder(dividingBy: window.y.output)
    for kz in window.z.taps(zStart) {
      let z = window.z.position(zStart, kz)
      for ky in window.y.taps(yStart) {
        let row = (z &* window.y.input &+ window.y.position(yStart, ky)) &* window.x.input
        let tap = (kz &* window.y.kernel &+ ky) &* window.x.kernel
        for x in 0..<window.x.output {
          for kx in window.x.taps(x) {
            product.kernels.accumulate(
              products + (x &* product.weights.columns &+ (tap &+ kx) &* channels), 1,
              target + (row &+ window.x.position(x, kx)) &* channels, channels)
          }
        }
      }
    }
  }
}

extension WindowAxis {
  /// Returns the input position that a position of the kernel meets.
  func position(_ output: Int, _ tap: Int) -> Int {
    output &* stride &- padding &+ tap &* dilation
  }
}
