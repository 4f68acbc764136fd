import KernelTable
import TFLite

extension OpKernel {
  /// The mean of the taps inside the image.
  static let averagePool2D = OpKernel { preparation in
    let pool = try Pool2D.Geometry(preparation)
    return try pool.integerAverage(preparation)
      ?? pool.floats(preparation, preparation.kernels.averagePool)
  }

  static let maxPool2D = OpKernel { preparation in
    let pool = try Pool2D.Geometry(preparation)
    return try pool.integerMaximum(preparation)
      ?? pool.floats(preparation, preparation.kernels.maxPool)
  }

  /// The root of the mean of squares: the average of squared inputs, then the root.
  static let l2Pool2D = OpKernel { preparation in
    let pool = try Pool2D.Geometry(preparation)
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireType(input, .float32, what: "the input")
    let activation = try FusedActivation(code: pool.activation)
    let squares = preparation.scratch(bytes: input.byteCount)
    let kernels = preparation.kernels
    let average = pool.stage(
      preparation, kernels.averagePool, input: { UnsafeRawPointer(squares.base) },
      low: -.infinity, high: .infinity)
    return [
      .once { kernels.unary(.square, input.floats, squares.floats(), input.count, 0) },
      average,
      .once {
        kernels.unary(.sqrt, output.floats, output.floats, output.count, 0)
        // Roots are not negative, so every activation's lower bound holds already.
        let high = activation.high
        for index in 0..<output.count where output.floats[index] > high {
          output.floats[index] = high
        }
      },
    ] + activation.stages(on: output, kernels)
  }
}

extension Pool2D.Geometry {
  fileprivate typealias Kernel = @Sendable (borrowing PoolTask) -> Void

  fileprivate func floats(
    _ preparation: Preparation, _ kernel: @escaping Kernel
  ) throws -> [Stage] {
    let input = try preparation.input(0)
    try preparation.requireType(input, .float32, what: "the input")
    let activation = try FusedActivation(code: activation)
    let stage = stage(
      preparation, kernel, input: { UnsafeRawPointer(input.base) }, low: activation.low,
      high: activation.high)
    return [stage] + activation.stages(on: output, preparation.kernels)
  }

  fileprivate func stage(
    _ preparation: Preparation, _ kernel: @escaping Kernel,
    input: @escaping () -> UnsafeRawPointer, low: Float, high: Float
  ) -> Stage {
    let (output, channels) = (output, image.channels)
    return stage(
      preparation, input: input,
      window: { taps, count, element, _ in
        kernel(
          PoolTask(
            taps: taps, tapCount: count, channels: channels, output: output.floats + element,
            low: low, high: high))
      })
  }
}
