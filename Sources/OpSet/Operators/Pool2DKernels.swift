import KernelTable
import TFLite

extension OpKernel {
  /// The mean of the taps inside the image.
  static let averagePool2D = pool2D { $0.averagePool }

  static let maxPool2D = pool2D { $0.maxPool }

  /// The root of the mean of squares: the average of squared inputs, then the root.
  static let l2Pool2D = OpKernel { preparation in
    let pool = try Pool2D.Geometry(preparation)
    let input = try preparation.input(0)
    let output = try preparation.output()
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
        // Roots are not negative, so the lower bound of any activation holds already.
        let high = pool.activation.high
        for index in 0..<output.count where output.floats[index] > high {
          output.floats[index] = high
        }
      },
    ] + pool.activation.stages(on: output, kernels)
  }

  private static func pool2D(
    _ kernel: @escaping @Sendable (KernelTable) -> @Sendable (borrowing PoolTask) -> Void
  ) -> OpKernel {
    OpKernel { preparation in
      let pool = try Pool2D.Geometry(preparation)
      let input = try preparation.input(0)
      let stage = pool.stage(
        preparation, kernel(preparation.kernels), input: { UnsafeRawPointer(input.base) },
        low: pool.activation.low, high: pool.activation.high)
      return [stage]
        + pool.activation.stages(on: try preparation.output(), preparation.kernels)
    }
  }
}

extension Pool2D {
  /// The windows of a pooling operator.
  struct Geometry {
    let image: ImageShape
    let y: WindowAxis
    let x: WindowAxis
    let activation: FusedActivation
    let output: Value

    init(_ preparation: Preparation) throws {
      let input = try preparation.input(0)
      output = try preparation.output()
      try preparation.requireType(input, .float32, what: "the input")
      try preparation.requireType(output, .float32, what: "the output")
      image = try ImageShape(input)
      let isSame = preparation.option(Pool2D.padding) == 0
      y = try WindowAxis(
        input: image.height, kernel: preparation.option(Pool2D.filterH),
        stride: preparation.option(Pool2D.strideH), isSame: isSame)
      x = try WindowAxis(
        input: image.width, kernel: preparation.option(Pool2D.filterW),
        stride: preparation.option(Pool2D.strideW), isSame: isSame)
      activation = try FusedActivation(code: preparation.option(Pool2D.activation))
      try preparation.setShape([image.batches, y.output, x.output, image.channels])
    }

    func stage(
      _ preparation: Preparation, _ kernel: @escaping @Sendable (borrowing PoolTask) -> Void,
      input: @escaping () -> UnsafeRawPointer, low: Float, high: Float
    ) -> Stage {
      let rows = image.batches * y.output
      let parts = Tiling.parts(
        of: rows, operations: output.count * y.kernel * x.kernel / 4)
      let memory = preparation.scratch(bytesPerLane: y.kernel * x.kernel * 8)
      let this = self
      return .tiles(output.count == 0 ? 0 : parts) { tile, lane in
        let taps = memory.pointer(lane: lane).assumingMemoryBound(to: UnsafeRawPointer.self)
        for row in Tiling.range(tile, of: parts, count: rows) {
          for column in 0..<this.x.output {
            let count = this.fill(taps, row, column, input())
            kernel(
              PoolTask(
                taps: taps, tapCount: count, channels: this.image.channels,
                output: this.output.floats
                  + (row &* this.x.output &+ column) &* this.image.channels,
                low: low, high: high))
          }
        }
      }
    }

    /// The addresses of the window's positions inside the image; how many there are.
    private func fill(
      _ taps: UnsafeMutablePointer<UnsafeRawPointer>, _ row: Int, _ column: Int,
      _ input: UnsafeRawPointer
    ) -> Int {
      let line = row % y.output
      let rows = y.taps(line)
      let columns = x.taps(column)
      let top = row / y.output &* image.height &+ line &* y.stride &- y.padding
      let left = column &* x.stride &- x.padding
      var count = 0
      for ky in rows {
        let start = input + ((top &+ ky) &* image.width &+ left) &* image.channels &* 4
        for kx in columns {
          taps[count] = start + kx &* image.channels &* 4
          count &+= 1
        }
      }
      return count
    }
  }
}
