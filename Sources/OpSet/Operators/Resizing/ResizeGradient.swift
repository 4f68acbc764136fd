import KernelTable
import TFLite

extension OpGradient {
  /// The four pixels around a place get their weights' shares.
  static let resizeBilinear = OpGradient { step in
    let (input, output) = (try step.input(0), try step.output())
    guard let gradient = step.gradient(0), output.count > 0 else { return }
    let (image, result) = (try ImageShape(input), try ImageShape(output))
    let isAligned = step.option(ResizeBilinear.alignCorners)
    let isCentered = step.option(ResizeBilinear.halfPixelCenters)
    let rows = LinearTaps(result.height, of: image.height, isAligned, isCentered)
    let columns = LinearTaps(result.width, of: image.width, isAligned, isCentered)
    let channels = image.channels
    for line in 0..<image.batches * result.height {
      let tap = rows.taps[line % result.height]
      let first = gradient + line / result.height &* image.imageFloats
      let given = step.outputGradient + line &* result.rowFloats
      for (row, share) in [(tap.lower, 1 - tap.fraction), (tap.upper, tap.fraction)]
      where share != 0 {
        let target = first + row &* image.rowFloats
        for (index, column) in columns.taps.enumerated() {
          let source = given + index &* channels
          step.kernels.accumulate(
            source, share * (1 - column.fraction), target + column.lower &* channels, channels)
          step.kernels.accumulate(
            source, share * column.fraction, target + column.upper &* channels, channels)
        }
      }
    }
  }
}
