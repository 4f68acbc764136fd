import KernelTable
import TFLite

extension OpKernel {
  /// Inputs: output shape, filter [O, kH, kW, I], x, bias; a hybrid filter is int8.
  static let transposeConv = OpKernel { preparation in
    let input = try preparation.input(2)
    let filter = try preparation.input(1)
    let shape = try preparation.integers(0)
    try preparation.require(shape.count == 4, "the output shape has \(shape.count) dimensions")
    let geometry = TransposeConvolution.Geometry(
      strideY: preparation.option(TransposeConv.strideH),
      strideX: preparation.option(TransposeConv.strideW),
      isSame: preparation.option(TransposeConv.padding) == 0,
      activation: try FusedActivation(code: preparation.option(TransposeConv.activation)),
      hasIntegerKernel: true)
    let image = try ImageShape(input)
    try preparation.require(
      shape[3] == filter.size(0) && shape[0] == image.batches,
      "the output shape \(shape) does not suit the operands")
    try preparation.setShape(shape)
    return try TransposeConvolution.stages(
      preparation, input: input, filterIndex: 1, biasIndex: 3, geometry)
  }

  /// MediaPipe's custom operator: input, filter [O, kH, kW, I], bias. Options are the C structure of
  /// padding, stride width and stride height. The output size follows from the input's.
  static let convolution2DTransposeBias = OpKernel { preparation in
    let input = try preparation.input(0)
    let image = try ImageShape(input)
    let filter = try ImageShape(try preparation.input(1), what: "the filter")
    let (isSame, strideX, strideY) = try transposeOptions(preparation.customOptions)
    func size(_ input: Int, _ stride: Int, _ kernel: Int) -> Int {
      isSame ? input * stride : (input - 1) * stride + kernel
    }
    try preparation.setShape([
      image.batches, size(image.height, strideY, filter.height),
      size(image.width, strideX, filter.width), filter.batches,
    ])
    let geometry = TransposeConvolution.Geometry(
      strideY: strideY, strideX: strideX, isSame: isSame,
      activation: try FusedActivation(code: 0), hasIntegerKernel: false)
    return try TransposeConvolution.stages(
      preparation, input: input, filterIndex: 1, biasIndex: 2, geometry)
  }
}

extension OpGradient {
  /// As TRANSPOSE_CONV, whose first operand is the output's shape.
  static let convolution2DTransposeBias = OpGradient { step in
    let (isSame, strideX, strideY) = try transposeOptions(step.customOptions)
    var options = Options(TransposeConv.padding.union, tag: TransposeConv.padding.tag)
    options?[TransposeConv.padding] = isSame ? 0 : 1
    options?[TransposeConv.strideW] = Int32(strideX)
    options?[TransposeConv.strideH] = Int32(strideY)
    guard case .computed(let body)? = OpSpec.transposeConv.gradient?.way else { return }
    try body(step.as(options, order: [nil, 1, 0, 2]))
  }
}

/// The C structure of padding, stride width and stride height.
private func transposeOptions(
  _ bytes: [UInt8]
) throws -> (isSame: Bool, strideX: Int, strideY: Int) {
  guard bytes.count >= 12 else {
    throw OperatorFault.invalid("the custom options are too short")
  }
  let fields = bytes.withUnsafeBytes { buffer in
    (0..<3).map { Int(buffer.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self)) }
  }
  // TfLitePadding: 1 SAME, 2 VALID.
  return (fields[0] == 1, fields[1], fields[2])
}

/// A transposed convolution as ordinary ones, one for each phase of the stride: output positions
/// whose distance is a multiple of the stride meet the same positions of the kernel.
struct TransposeConvolution {
  struct Geometry {
    let strideY: Int
    let strideX: Int
    let isSame: Bool
    let activation: FusedActivation
    let hasIntegerKernel: Bool
  }

  let kernels: KernelTable
  let image: ImageShape
  let channels: Int
  let y: TransposedAxis
  let x: TransposedAxis
  /// The phases of the strides, by phase y × stride x + phase x.
  let phases: [Phase]
  let activation: FusedActivation

  struct Phase {
    let weights: PackedWeights
    let offsets: TapOffsets
  }

  static func stages(
    _ preparation: Preparation, input: Value, filterIndex: Int, biasIndex: Int,
    _ geometry: Geometry
  ) throws -> [Stage] {
    let output = try preparation.output()
    let filter = try preparation.input(filterIndex)
    let kernel = try ImageShape(filter, what: "the filter")
    let image = try ImageShape(input)
    try preparation.require(
      kernel.channels == image.channels, "the filter has \(kernel.channels) input channels")
    let y = try TransposedAxis(
      input: image.height, output: output.shape[1], kernel: kernel.height,
      stride: geometry.strideY)
    let x = try TransposedAxis(
      input: image.width, output: output.shape[2], kernel: kernel.width,
      stride: geometry.strideX)
    // Each phase has its own tables; no real stride comes near this limit.
    let phaseCount = y.stride.multipliedReportingOverflow(by: x.stride)
    try preparation.require(
      !phaseCount.overflow && phaseCount.partialValue <= 1 << 16,
      "the strides \(y.stride) and \(x.stride) are not possible")
    var parts: [ProductWeights.Part] = []
    for py in 0..<y.stride {
      for px in 0..<x.stride {
        let runs = y.taps(py).flatMap { ky in
          x.taps(px).map { kx in (ky * kernel.width + kx) * kernel.channels }
        }
        parts.append(
          .init(
            columns: kernel.batches, runs: runs, runSteps: kernel.channels,
            columnStride: kernel.imageFloats, stepStride: 1))
      }
    }
    if input.integerKind != nil, geometry.hasIntegerKernel {
      return try IntegerTransposeConvolution.stages(preparation, input: input, kernel, y, x, parts)
    }
    try preparation.requireType(input, .float32, what: "the input")
    try preparation.requireType(output, .float32, what: "the output")
    let weights = try ProductWeights(
      preparation, filterIndex: filterIndex, biasIndex: biasIndex, parts: parts)
    let rounding =
      weights.isHybrid
      ? HybridRows(
        preparation, input, rows: image.batches, depth: image.imageFloats,
        isAsymmetric: !filter.hasEqualScales)
      : nil
    let columns = image.width + 2 * (x.reach - 1) + 2
    let phases = weights.parts.enumerated().map { index, packed in
      let offsets = y.taps(index / x.stride).indices.flatMap { ty in
        x.taps(index % x.stride).indices.map { tx in
          -(ty * columns + tx) * image.channels * 4
        }
      }
      return Phase(weights: packed, offsets: TapOffsets(offsets))
    }
    let convolution = TransposeConvolution(
      kernels: preparation.kernels, image: image, channels: kernel.batches, y: y, x: x,
      phases: phases, activation: weights.isHybrid ? .none : geometry.activation)
    let finish = rounding?.finish(
      output, columns: kernel.batches, weights: filter,
      bias: preparation.optionalInput(biasIndex), geometry.activation,
      multipliesScalesFirst: filter.hasEqualScales)
    return weights.stages + (rounding?.stages ?? [])
      + [
        convolution.stage(
          preparation, columns: columns,
          input: rounding?.pointer ?? { UnsafeRawPointer(input.base) },
          output: output)
      ] + (finish.map { [$0] } ?? []) + geometry.activation.stages(on: output, preparation.kernels)
  }

  /// Tiles are blocks of output rows; each works on a copy of its input rows with zeros around.
  private func stage(
    _ preparation: Preparation, columns: Int, input: @escaping () -> UnsafeRawPointer,
    output: Value
  ) -> Stage {
    let lines = image.batches * y.output
    let steps = phases.reduce(0) { $0 + $1.weights.steps } / max(1, phases.count)
    let operations = output.count * steps
    let parts = max(1, min(lines, Tiling.productParts(multiplications: operations)))
    let tileRows = (y.output + parts - 1) / parts + 1
    let blockRows = min(tileRows, max(1, ProductRows.blockFloats / (columns * image.channels + 1)))
    let inputRows = blockRows / y.stride + y.reach + 2
    let rowsOffset = 6 * 64
    let copyOffset = (rowsOffset + (x.output / x.stride + 2) * 8 + 63) / 64 * 64
    let memory = preparation.scratch(
      bytesPerLane: copyOffset + inputRows * columns * image.channels * 4)
    let this = self
    return .tiles(output.count == 0 ? 0 : parts) { tile, lane in
      let scratch = memory.pointer(lane: lane)
      let source = input().assumingMemoryBound(to: Float.self)
      let range = Tiling.range(tile, of: parts, count: lines)
      var line = range.lowerBound
      while line < range.upperBound {
        let batch = line / this.y.output
        let first = line % this.y.output
        let count = min(blockRows, range.upperBound &- line, this.y.output &- first)
        let top = (first &+ this.y.padding) / this.y.stride &- (this.y.reach &- 1)
        let copy = (scratch + copyOffset).assumingMemoryBound(to: Float.self)
        this.image.copyPadded(
          source, batch: batch, y: top,
          rows: min(inputRows, count / this.y.stride &+ this.y.reach &+ 1),
          x: -(this.x.reach &- 1), columns: columns, to: copy)
        for row in first..<first &+ count {
          let target =
            output.floats + (batch &* this.y.output &+ row) &* this.x.output &* this.channels
          this.row(
            row, copy, top, columns, scratch.assumingMemoryBound(to: Float.self),
            (scratch + rowsOffset).assumingMemoryBound(to: UnsafeRawPointer.self), target)
        }
        line &+= count
      }
    }
  }

  private func row(
    _ row: Int, _ copy: UnsafePointer<Float>, _ top: Int, _ columns: Int,
    _ spill: UnsafeMutablePointer<Float>, _ rows: UnsafeMutablePointer<UnsafeRawPointer>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let (quotient, phaseY) = (row &+ y.padding).quotientAndRemainder(dividingBy: y.stride)
    for phaseX in 0..<x.stride {
      let phase = phases[phaseY &* x.stride &+ phaseX]
      // The first output column of the phase.
      var column = (phaseX &- x.padding) % x.stride
      if column < 0 { column &+= x.stride }
      let start = column
      var count = 0
      while column < x.output {
        let position = (column &+ x.padding) / x.stride &+ x.reach &- 1
        rows[count] = UnsafeRawPointer(
          copy + ((quotient &- top) &* columns &+ position) &* image.channels)
        count &+= 1
        column &+= x.stride
      }
      guard count > 0 else { continue }
      kernels.product(
        ProductTask(
          rows: rows, rowCount: count, tapOffsets: phase.offsets.base, taps: phase.offsets.count,
          depth: image.channels, panels: phase.weights.base, panelCount: phase.weights.panels,
          columns: channels, output: target + start &* channels,
          outputStride: x.stride &* channels, low: activation.low, high: activation.high,
          spill: spill))
    }
  }
}
