import KernelTable
import TFLite

/// The three axes of a window over volumes: depth, height, width.
struct VolumeWindow {
  let z: WindowAxis
  let y: WindowAxis
  let x: WindowAxis

  /// `large` is the size of the volume that the window slides over.
  init(_ preparation: some OptionReader, large: ArraySlice<Int>, kernel: ArraySlice<Int>) throws {
    let isSame = preparation.option(Conv3D.padding) == 0
    let (large, kernel) = (Array(large), Array(kernel))
    func axis(
      _ index: Int, _ stride: OptionKey<Int32>, _ dilation: OptionKey<Int32>
    ) throws -> WindowAxis {
      try WindowAxis(
        input: large[index], kernel: kernel[index], stride: preparation.option(stride),
        dilation: preparation.option(dilation, 1), isSame: isSame)
    }
    z = try axis(0, Conv3D.strideD, Conv3D.dilationD)
    y = try axis(1, Conv3D.strideH, Conv3D.dilationH)
    x = try axis(2, Conv3D.strideW, Conv3D.dilationW)
  }

  var isPadded: Bool { z.isPadded || y.isPadded || x.isPadded }
  var outputs: [Int] { [z.output, y.output, x.output] }
  var taps: Int { z.kernel * y.kernel * x.kernel }
}

extension OpKernel {
  /// Input NDHWC, filter [kD, kH, kW, I, O], bias [O].
  static let conv3D = OpKernel { preparation in
    let input = try preparation.input(0)
    let filter = try preparation.input(1)
    let output = try preparation.output()
    for value in [input, filter, output] {
      try preparation.requireType(value, .float32, what: "an operand")
    }
    try preparation.require(
      input.rank == 5 && filter.rank == 5 && input.shape[4] == filter.shape[3],
      "a filter of shape \(filter.shape) does not fit an input of \(input.shape)")
    let window = try VolumeWindow(
      preparation, large: input.shape[1..<4], kernel: filter.shape[..<3])
    let columns = filter.shape[4]
    try preparation.setShape([input.shape[0]] + window.outputs + [columns])
    let weights = try ProductWeights(
      preparation, filterIndex: 1, biasIndex: 2,
      parts: [
        .init(
          columns: columns, runs: [0], runSteps: window.taps * input.shape[4], columnStride: 1,
          stepStride: columns)
      ])
    let activation = try FusedActivation(code: preparation.option(Conv3D.activation))
    let convolution = VolumeConvolution(
      kernels: preparation.kernels, window: window, batches: input.shape[0],
      channels: input.shape[4], weights: weights.parts[0], activation: activation)
    return weights.stages + convolution.stages(preparation, input, output)
      + activation.stages(on: output, preparation.kernels)
  }
}

/// A convolution of volumes as products: an output position is a row.
struct VolumeConvolution {
  let kernels: KernelTable
  let window: VolumeWindow
  let batches: Int
  let channels: Int
  let weights: PackedWeights
  let activation: FusedActivation

  /// The sizes of the volumes that the products read: of a copy with zeros around, or the input's.
  private var sizes: (z: Int, y: Int, x: Int) {
    func size(_ axis: WindowAxis) -> Int {
      window.isPadded ? max(1, (axis.output - 1) * axis.stride + axis.extent) : axis.input
    }
    return (size(window.z), size(window.y), size(window.x))
  }

  func stages(_ preparation: Preparation, _ input: Value, _ output: Value) -> [Stage] {
    guard output.count > 0 else { return [] }
    guard window.isPadded else {
      return [products(preparation, { UnsafeRawPointer(input.base) }, output)]
    }
    let sizes = sizes
    let copy = preparation.scratch(bytes: batches * sizes.z * sizes.y * sizes.x * channels * 4)
    return [
      copying(input, copy),
      products(preparation, { UnsafeRawPointer(copy.base) }, output),
    ]
  }

  /// Slices of the input with zeros around, and slices of zeros before and behind.
  private func copying(_ input: Value, _ copy: Scratch) -> Stage {
    let (sizes, window, channels) = (sizes, window, channels)
    let floats = sizes.y * sizes.x * channels
    let slices = batches * sizes.z
    let image = ImageShape(
      batches: batches * window.z.input, height: window.y.input, width: window.x.input,
      channels: channels)
    return .each(of: slices, operations: slices * floats) { slice, _ in
      let z = slice % sizes.z &- window.z.padding
      let target = copy.floats() + slice &* floats
      if z < 0 || z >= window.z.input {
        target.update(repeating: 0, count: floats)
      } else {
        image.copyPadded(
          input.floats, batch: slice / sizes.z &* window.z.input &+ z, y: -window.y.padding,
          rows: sizes.y, x: -window.x.padding, columns: sizes.x, to: target)
      }
    }
  }

  /// Tiles are blocks of output lines.
  private func products(
    _ preparation: Preparation, _ source: @escaping () -> UnsafeRawPointer, _ output: Value
  ) -> Stage {
    let lines = batches * window.z.output * window.y.output
    let width = window.x.output
    let block = max(1, 48 / width)
    let parts = Tiling.parts(of: lines, operations: output.count * weights.steps)
    let memory = preparation.scratch(bytesPerLane: 384 + block * width * 8)
    let taps = TapOffsets(tapOffsets)
    let this = self
    return .tiles(parts) { tile, lane in
      let spill = memory.floats(lane: lane)
      let rows = (memory.pointer(lane: lane) + 384).assumingMemoryBound(
        to: UnsafeRawPointer.self)
      let range = Tiling.range(tile, of: parts, count: lines)
      var line = range.lowerBound
      while line < range.upperBound {
        let count = min(block, range.upperBound &- line)
        for offset in 0..<count {
          this.fillRows(rows + offset &* width, source(), line &+ offset)
        }
        this.kernels.product(
          ProductTask(
            rows: rows, rowCount: count &* width, tapOffsets: taps.base, taps: taps.count,
            depth: this.tapDepth, panels: this.weights.base, panelCount: this.weights.panels,
            columns: this.weights.columns,
            output: output.floats + line &* width &* this.weights.columns,
            outputStride: this.weights.columns, low: this.activation.low,
            high: this.activation.high, spill: spill))
        line &+= count
      }
    }
  }

  private func fillRows(
    _ rows: UnsafeMutablePointer<UnsafeRawPointer>, _ source: UnsafeRawPointer, _ line: Int
  ) {
    let sizes = sizes
    let y = line % window.y.output &* window.y.stride
    let slice = line / window.y.output
    let z =
      slice / window.z.output &* sizes.z &+ slice % window.z.output &* window.z.stride
    let start = source + ((z &* sizes.y &+ y) &* sizes.x) &* channels &* 4
    let step = window.x.stride &* channels &* 4
    for x in 0..<window.x.output { rows[x] = start + x &* step }
  }

  /// A row of the kernel is one tap where its floats are neighbours.
  private var hasRowTaps: Bool { window.x.dilation == 1 }

  private var tapDepth: Int { hasRowTaps ? window.x.kernel * channels : channels }

  private var tapOffsets: [Int] {
    let sizes = sizes
    return (0..<window.z.kernel).flatMap { kz in
      (0..<window.y.kernel).flatMap { ky in
        (0..<(hasRowTaps ? 1 : window.x.kernel)).map { kx in
          let line = kz * window.z.dilation * sizes.y + ky * window.y.dilation
          return (line * sizes.x + kx * window.x.dilation) * channels * 4
        }
      }
    }
  }
}
