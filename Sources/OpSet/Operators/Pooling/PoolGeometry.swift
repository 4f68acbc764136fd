import TFLite

extension Pool2D {
  /// The windows of a pooling operator.
  struct Geometry {
    let image: ImageShape
    let y: WindowAxis
    let x: WindowAxis
    /// The code of the fused activation.
    let activation: Int
    let output: Value
    private let elementBytes: Int

    init(_ preparation: Preparation) throws {
      let input = try preparation.input(0)
      output = try preparation.output()
      try preparation.requireSameType(output, as: input)
      image = try ImageShape(input)
      elementBytes = try preparation.elementBytes(input)
      let isSame = preparation.option(Pool2D.padding) == 0
      y = try WindowAxis(
        input: image.height, kernel: preparation.option(Pool2D.filterH),
        stride: preparation.option(Pool2D.strideH), isSame: isSame)
      x = try WindowAxis(
        input: image.width, kernel: preparation.option(Pool2D.filterW),
        stride: preparation.option(Pool2D.strideW), isSame: isSame)
      activation = preparation.option(Pool2D.activation)
      try preparation.setShape([image.batches, y.output, x.output, image.channels])
    }

    /// Calls `window` for each output position with the addresses of the input pixels that it
    /// covers; `element` is the first output element to write.
    func stage(
      _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer,
      window:
        @escaping (
          _ taps: UnsafePointer<UnsafeRawPointer>, _ count: Int, _ element: Int, _ lane: Int
        ) -> Void
    ) -> Stage {
      let rows = image.batches * y.output
      // A window never covers more than the image, whatever its stated size.
      let area = min(y.kernel, image.height) * min(x.kernel, image.width)
      let parts = Tiling.parts(of: rows, operations: output.count * area / 4)
      let memory = preparation.scratch(bytesPerLane: area * 8)
      let this = self
      return .tiles(output.count == 0 ? 0 : parts) { tile, lane in
        let taps = memory.pointer(lane: lane).assumingMemoryBound(to: UnsafeRawPointer.self)
        for row in Tiling.range(tile, of: parts, count: rows) {
          for column in 0..<this.x.output {
            let count = this.fill(taps, row, column, input())
            window(
              taps, count, (row &* this.x.output &+ column) &* this.image.channels, lane)
          }
        }
      }
    }

    /// Fills in the addresses of the window's positions inside the image, and returns their number.
    private func fill(
      _ taps: UnsafeMutablePointer<UnsafeRawPointer>, _ row: Int, _ column: Int,
      _ input: UnsafeRawPointer
    ) -> Int {
      let line = row % y.output
      let rows = y.taps(line)
      let columns = x.taps(column)
      let top = row / y.output &* image.height &+ line &* y.stride &- y.padding
      let left = column &* x.stride &- x.padding
      let pixel = image.channels &* elementBytes
      var count = 0
      for ky in rows {
        let start = input + ((top &+ ky) &* image.width &+ left) &* pixel
        for kx in columns {
          taps[count] = start + kx &* pixel
          count &+= 1
        }
      }
      return count
    }
  }
}
