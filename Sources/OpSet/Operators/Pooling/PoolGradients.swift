import KernelTable
import TFLite

extension OpGradient {
  static let averagePool2D = pool { step, window in
    let share = 1 / Float(max(window.places.count, 1))
    for place in window.places {
      step.kernels.accumulate(
        window.outputGradient, share, window.inputGradient + place, window.channels)
    }
  }

  /// Of √mean(x²) for n elements: x ÷ (n √mean(x²)).
  static let l2Pool2D = pool { step, window in
    let share = 1 / Float(max(window.places.count, 1))
    for channel in 0..<window.channels {
      let square = window.places.reduce(Float(0)) { sum, place in
        sum + window.input[place &+ channel] * window.input[place &+ channel]
      }
      let norm = (square * share).squareRoot()
      guard norm > 0 else { continue }
      let factor = window.outputGradient[channel] * share / norm
      for place in window.places {
        window.inputGradient[place &+ channel] += factor * window.input[place &+ channel]
      }
    }
  }

  /// The first of equal elements gets the whole gradient.
  static let maxPool2D = pool { step, window in
    for channel in 0..<window.channels {
      var best = -1
      for place in window.places
      where best < 0 || window.input[place &+ channel] > window.input[best &+ channel] {
        best = place
      }
      guard best >= 0 else { continue }
      window.inputGradient[best &+ channel] += window.outputGradient[channel]
    }
  }

  /// The input positions that one output position of a pool covers.
  private struct PoolWindow {
    /// Indices of the elements of the first channel.
    let places: [Int]
    let channels: Int
    let input: UnsafeMutablePointer<Float>
    let inputGradient: UnsafeMutablePointer<Float>
    let outputGradient: UnsafeMutablePointer<Float>
  }

  private static func pool(
    _ body: @escaping @Sendable (GradientStep, PoolWindow) -> Void
  ) -> OpGradient {
    OpGradient { step in
      try step.undo(Pool2D.activation)
      let input = try step.input(0)
      guard let gradient = step.gradient(0) else { return }
      let image = try ImageShape(input)
      let isSame = step.options?[Pool2D.padding] ?? 0 == 0
      let y = try WindowAxis(
        input: image.height, kernel: Int(step.options?[Pool2D.filterH] ?? 0),
        stride: Int(step.options?[Pool2D.strideH] ?? 0), isSame: isSame)
      let x = try WindowAxis(
        input: image.width, kernel: Int(step.options?[Pool2D.filterW] ?? 0),
        stride: Int(step.options?[Pool2D.strideW] ?? 0), isSame: isSame)
      for line in 0..<image.batches * y.output {
        let (batch, row) = (line / y.output, line % y.output)
        for column in 0..<x.output {
          let places = y.taps(row).flatMap { ky in
            x.taps(column).map { kx in
              batch * image.imageFloats + (row * y.stride - y.padding + ky) * image.rowFloats
                + (column * x.stride - x.padding + kx) * image.channels
            }
          }
          body(
            step,
            PoolWindow(
              places: places, channels: image.channels, input: input.floats,
              inputGradient: gradient,
              outputGradient: step.outputGradient + (line * x.output + column) * image.channels))
        }
      }
    }
  }
}
