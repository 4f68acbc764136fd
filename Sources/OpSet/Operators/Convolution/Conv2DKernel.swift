import KernelTable
import TFLite

extension OpKernel {
  /// Input NHWC, filter [O, kH, kW, I ÷ groups], bias [O]; int8 filters under float inputs are
  /// hybrid.
  static let conv2D = OpKernel { preparation in
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let output = try preparation.output()
    try preparation.requireType(input, .float32, .int8, .uint8, .int16, what: "the input")
    let image = try ImageShape(input)
    let kernel = try ImageShape(filter, what: "the filter")
    try preparation.require(
      kernel.channels > 0 && image.channels % kernel.channels == 0,
      "\(image.channels) input channels do not suit a filter of \(kernel.channels)")
    let groups = image.channels / kernel.channels
    try preparation.require(
      groups > 0 && kernel.batches % groups == 0,
      "\(kernel.batches) output channels do not make \(groups) groups")
    let isSame = preparation.option(Conv2D.padding) == 0
    let y = try WindowAxis(
      input: image.height, kernel: kernel.height, stride: preparation.option(Conv2D.strideH),
      dilation: preparation.option(Conv2D.dilationH, 1), isSame: isSame)
    let x = try WindowAxis(
      input: image.width, kernel: kernel.width, stride: preparation.option(Conv2D.strideW),
      dilation: preparation.option(Conv2D.dilationW, 1), isSame: isSame)
    try preparation.setShape([image.batches, y.output, x.output, kernel.batches])
    if input.integerKind != nil {
      return try integerConvolution(preparation, image, kernel, y, x)
    }
    try preparation.requireType(output, .float32, what: "the output")
    let steps = kernel.imageFloats
    let perGroup = kernel.batches / groups
    let weights = try ProductWeights(
      preparation, filterIndex: 1, biasIndex: 2,
      parts: (0..<groups).map { group in
        .init(
          firstColumn: group * perGroup, columns: perGroup, runs: [0], runSteps: steps,
          columnStride: steps, stepStride: 1)
      })
    let activation = try FusedActivation(code: preparation.option(Conv2D.activation))
    let rounding =
      weights.isHybrid
      ? HybridRows(
        preparation, input, rows: image.batches, depth: image.imageFloats,
        isAsymmetric: groups > 1 || !filter.hasEqualScales)
      : nil
    let source = rounding?.pointer ?? { UnsafeRawPointer(input.base) }
    let convolution = Convolution(
      kernels: preparation.kernels, image: image, y: y, x: x, weights: weights.parts,
      activation: weights.isHybrid ? .none : activation)
    let finish = rounding?.finish(
      output, columns: kernel.batches, weights: filter, bias: preparation.optionalInput(2),
      activation, multipliesScalesFirst: filter.hasEqualScales)
    return weights.stages + (rounding?.stages ?? [])
      + [convolution.stage(preparation, input: source, output: output)]
      + (finish.map { [$0] } ?? []) + activation.stages(on: output, preparation.kernels)
  }
}

extension Value {
  /// One scale, or the same for every channel: then the runtime rounds inputs symmetrically.
  var hasEqualScales: Bool {
    let scales = tensor.quantization?.scale ?? []
    return scales.allSatisfy { $0 == scales[0] }
  }
}

/// A convolution as products: an output pixel is a row, the kernel's positions are its taps.
struct Convolution {
  let kernels: KernelTable
  let image: ImageShape
  let y: WindowAxis
  let x: WindowAxis
  /// One for each group.
  let weights: [PackedWeights]
  let activation: FusedActivation

  private var isPointwise: Bool {
    y.kernel == 1 && x.kernel == 1 && y.stride == 1 && x.stride == 1 && weights.count == 1
  }

  func stage(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer, output: Value
  ) -> Stage {
    if isPointwise {
      return ProductRows(
        kernels: kernels, rows: image.batches * image.height * image.width,
        depth: image.channels, weights: weights[0], activation: activation
      ).stage(preparation, input: input, output: { output.floats })
    }
    return windowed(preparation, input: input, output: output)
  }

  /// Tiles are blocks of output rows of one image, or of panels too where those are few. A tile
  /// that reaches outside the input works on a copy with zeros around.
  private func windowed(
    _ preparation: Preparation, input: @escaping () -> UnsafeRawPointer, output: Value
  ) -> Stage {
    let columns = weights.reduce(0) { $0 + $1.columns }
    let tiling = ConvolutionTiling(
      image: image, y: y, x: x, panels: weights.first?.panels ?? 1,
      multiplications: image.batches * y.output * x.output * (weights.first?.steps ?? 0) * columns)
    let taps = tapOffsets(rowFloats: tiling.rowFloats)
    let memory = preparation.scratch(bytesPerLane: tiling.bytesPerLane)
    let offsets = TapOffsets(taps)
    let this = self
    let depth = tapDepth
    return .tiles(tiling.tiles) { tile, lane in
      let place = tiling.place(tile)
      let scratch = memory.pointer(lane: lane)
      let base = this.window(place, tiling, input(), scratch + tiling.copyOffset)
      let rows = (scratch + tiling.rowsOffset).assumingMemoryBound(to: UnsafeRawPointer.self)
      let pixels = place.rows.count &* this.x.output
      for group in 0..<this.weights.count {
        let packed = this.weights[group]
        let channel = group &* (this.image.channels / this.weights.count) &* 4
        this.fillRows(rows, base + channel, place.rows.count, tiling.rowFloats)
        let column = place.panels.lowerBound &* 16
        let pixel = (place.batch &* this.y.output &+ place.rows.lowerBound) &* this.x.output
        let channels = packed.columns &* this.weights.count
        this.kernels.product(
          ProductTask(
            rows: rows, rowCount: pixels, tapOffsets: offsets.base, taps: offsets.count,
            depth: depth, panels: packed.base + place.panels.lowerBound &* packed.panelStride,
            panelCount: place.panels.count, columns: packed.columns &- column,
            output: output.floats + (pixel &* channels &+ group &* packed.columns &+ column),
            outputStride: channels, low: this.activation.low, high: this.activation.high,
            spill: scratch.assumingMemoryBound(to: Float.self)))
      }
    }
  }

  /// Returns the address of the tile's first window: in the input, or in a padded copy.
  private func window(
    _ place: ConvolutionTiling.Place, _ tiling: ConvolutionTiling, _ input: UnsafeRawPointer,
    _ copy: UnsafeMutableRawPointer
  ) -> UnsafeRawPointer {
    let top = place.rows.lowerBound &* y.stride &- y.padding
    let source = input.assumingMemoryBound(to: Float.self)
    guard tiling.isCopied else {
      return UnsafeRawPointer(
        source + (place.batch &* image.imageFloats &+ top &* image.rowFloats))
    }
    image.copyPadded(
      source, batch: place.batch, y: top, rows: (place.rows.count &- 1) &* y.stride &+ y.extent,
      x: -x.padding, columns: tiling.columns, to: copy.assumingMemoryBound(to: Float.self))
    return UnsafeRawPointer(copy)
  }

  private func fillRows(
    _ rows: UnsafeMutablePointer<UnsafeRawPointer>, _ base: UnsafeRawPointer, _ count: Int,
    _ rowFloats: Int
  ) {
    let step = x.stride &* image.channels &* 4
    var index = 0
    for row in 0..<count {
      let line = base + row &* y.stride &* rowFloats &* 4
      for column in 0..<x.output {
        rows[index] = line + column &* step
        index &+= 1
      }
    }
  }

  /// A whole kernel row is one tap where its floats are neighbours.
  private var hasRowTaps: Bool { weights.count == 1 && x.dilation == 1 }

  private var tapDepth: Int {
    hasRowTaps ? x.kernel * image.channels : image.channels / weights.count
  }

  private func tapOffsets(rowFloats: Int) -> [Int] {
    (0..<y.kernel).flatMap { ky in
      (0..<(hasRowTaps ? 1 : x.kernel)).map { kx in
        (ky * y.dilation * rowFloats + kx * x.dilation * image.channels) * 4
      }
    }
  }
}
