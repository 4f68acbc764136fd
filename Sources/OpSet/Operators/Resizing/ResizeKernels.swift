import KernelTable
import TFLite

/// Operators that scale images; NHWC.
extension OpKernel {
  static let resizeBilinear = OpKernel { preparation in
    let image = try ImageShape(try preparation.input(0))
    let (input, output) = try preparation.inputAndOutput()
    try preparation.requireEqualTypes(input, output)
    let isAligned = preparation.option(ResizeBilinear.alignCorners)
    let isCentered = preparation.option(ResizeBilinear.halfPixelCenters)
    try preparation.require(
      !(isAligned && isCentered), "aligned corners exclude half-pixel centers")
    let (height, width) = try preparation.setImageSize(image)
    if let quantized = try preparation.quantizedBilinear(image, isAligned, isCentered) {
      return quantized
    }
    try preparation.requireType(input, .float32, what: "an image")
    let rows = LinearTaps(height, of: image.height, isAligned, isCentered)
    let columns = LinearTaps(width, of: image.width, isAligned, isCentered)
    let lines = image.batches * height
    let parts = Tiling.parts(of: lines, operations: output.count * 4)
    let pointers = preparation.scratch(bytesPerLane: 32)
    let blend = preparation.kernels.blend
    guard output.count > 0 else { return [] }
    return .tiles(parts) { part, lane in
      let corners = pointers.pointer(lane: lane).assumingMemoryBound(
        to: UnsafePointer<Float>.self)
      for line in Tiling.range(part, of: parts, count: lines) {
        let tap = rows.taps[line % height]
        let first = input.floats + line / height &* image.imageFloats
        blendLine(
          blend, first + tap.lower &* image.rowFloats, first + tap.upper &* image.rowFloats,
          tap.fraction, columns, output.floats + line &* width &* image.channels,
          image.channels, corners)
      }
    }
  }

  static let resizeNearestNeighbor = OpKernel { preparation in
    let (input, output) = try preparation.inputAndOutput()
    let image = try ImageShape(input)
    try preparation.requireEqualTypes(input, output)
    let isAligned = preparation.option(ResizeNearestNeighbor.alignCorners)
    let isCentered = preparation.option(ResizeNearestNeighbor.halfPixelCenters)
    let (height, width) = try preparation.setImageSize(image)
    let run = image.channels * (try preparation.elementBytes(input))
    let rows = nearest(height, of: image.height, isAligned, isCentered)
    let columns = ConstantBytes(
      nearest(width, of: image.width, isAligned, isCentered).map { $0 * run })
    let lines = image.batches * height
    guard output.count > 0 else { return [] }
    return .each(of: lines, operations: output.byteCount) { line, _ in
      let row = line / height &* image.height &+ rows[line % height]
      ScatteredRuns.gather(
        columns.integers, 0..<width, run: run,
        from: input.base + row &* image.width &* run, to: output.base + line &* width &* run)
    }
  }
}

/// A line of an image between two lines of the input.
private func blendLine(
  _ blend: KernelTable.Blend, _ upper: UnsafePointer<Float>, _ lower: UnsafePointer<Float>,
  _ dy: Float, _ columns: LinearTaps, _ output: UnsafeMutablePointer<Float>, _ channels: Int,
  _ corners: UnsafeMutablePointer<UnsafePointer<Float>>
) {
  var target = output
  for column in columns.taps {
    corners[0] = upper + column.lower &* channels
    corners[1] = lower + column.lower &* channels
    corners[2] = upper + column.upper &* channels
    corners[3] = lower + column.upper &* channels
    let dx = column.fraction
    let weights = SIMD4<Float>((1 - dy) * (1 - dx), dy * (1 - dx), (1 - dy) * dx, dy * dx)
    blend(corners, weights, target, channels)
    target += channels
  }
}

extension Preparation {
  /// Sets the output's shape to the size in input 1.
  fileprivate func setImageSize(_ image: ImageShape) throws -> (height: Int, width: Int) {
    let size = try integers(1)
    try require(size.count == 2, "the size has \(size.count) numbers, expected 2")
    try require(size.allSatisfy { $0 > 0 }, "the size \(size) is not positive")
    try require(
      image.height * image.width > 0, "the image has \(image.height) × \(image.width) pixels")
    try setShape([image.batches, size[0], size[1], image.channels])
    return (size[0], size[1])
  }
}

/// Input positions for each output position.
struct LinearTaps {
  struct Tap {
    let lower: Int
    let upper: Int
    /// Weight of `upper`.
    let fraction: Float
  }

  let taps: [Tap]

  init(_ output: Int, of input: Int, _ isAligned: Bool, _ isCentered: Bool) {
    let scale = step(output, of: input, isAligned)
    taps = (0..<output).map { position in
      let place =
        isCentered ? (Float(position) + 0.5) * scale - 0.5 : Float(position) * scale
      let lower = max(Int(place.rounded(.down)), 0)
      return Tap(
        lower: min(lower, input - 1), upper: min(Int(place.rounded(.up)), input - 1),
        fraction: place - Float(lower))
    }
  }
}

private func step(_ output: Int, of input: Int, _ isAligned: Bool) -> Float {
  isAligned && output > 1
    ? Float(input - 1) / Float(output - 1) : Float(input) / Float(output)
}

/// Returns the input position of each output position.
private func nearest(
  _ output: Int, of input: Int, _ isAligned: Bool, _ isCentered: Bool
) -> [Int] {
  let scale = step(output, of: input, isAligned)
  return (0..<output).map { position in
    let place = (Float(position) + (isCentered ? 0.5 : 0)) * scale
    let index = Int(place.rounded(isAligned ? .toNearestOrAwayFromZero : .down))
    return max(0, min(index, input - 1))
  }
}
