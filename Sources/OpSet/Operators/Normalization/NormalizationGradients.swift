import KernelTable
import TFLite

extension OpGradient {
  /// Of a row y = x − ln Σ eˣ: g − eʸ Σ g.
  static let logSoftmax = rows { step, row in
    let total = step.kernels.sum(row.given, row.count)
    step.kernels.unary(.exp, row.output, row.room, row.count, 0)
    for index in 0..<row.count {
      row.gradient[index] += row.given[index] - total * row.room[index]
    }
  }

  /// Of a row y = x ÷ n with n = max(√Σx², 10⁻⁶): (g − y Σ g y) ÷ n, or g ÷ n below the limit.
  static let l2Normalization = rows { step, row in
    let square = step.kernels.dot(row.input, row.input, row.count)
    let norm = max(square.squareRoot(), 1e-6)
    let common = norm > 1e-6 ? step.kernels.dot(row.given, row.output, row.count) : 0
    for index in 0..<row.count {
      row.gradient[index] += (row.given[index] - row.output[index] * common) / norm
    }
  }

  /// Of y(c) = x(c) f(c)^−β with f(c) = bias + α Σ x² over the neighbours of c: g f^−β − 2 α β x Σ g y
  /// ÷ f over the neighbours.
  static let localResponseNormalization = OpGradient { step in
    let radius = step.option(LocalResponseNormalization.radius)
    let bias = step.option(LocalResponseNormalization.bias)
    let alpha = step.option(LocalResponseNormalization.alpha)
    let beta = step.option(LocalResponseNormalization.beta)
    let gradient = rows(room: 2) { step, row in
      let (factors, powers) = (row.room, row.room + row.count)
      func neighbours(_ channel: Int) -> Range<Int> {
        max(0, channel - radius)..<min(row.count, channel + radius + 1)
      }
      for channel in 0..<row.count {
        let near = neighbours(channel)
        let start = row.input + near.lowerBound
        factors[channel] = bias + alpha * step.kernels.dot(start, start, near.count)
      }
      step.kernels.unary(.log, factors, powers, row.count, 0)
      for channel in 0..<row.count { powers[channel] *= -beta }
      step.kernels.unary(.exp, powers, powers, row.count, 0)
      for channel in 0..<row.count {
        row.gradient[channel] += row.given[channel] * powers[channel]
        powers[channel] = row.given[channel] * row.output[channel] / factors[channel]
      }
      for channel in 0..<row.count {
        let near = neighbours(channel)
        row.gradient[channel] -=
          2 * alpha * beta * row.input[channel]
          * step.kernels.sum(powers + near.lowerBound, near.count)
      }
    }
    guard case .computed(let body) = gradient.way else { return }
    try body(step)
  }

  /// A row of the last dimension.
  private struct Row {
    let input: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let given: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    let room: UnsafeMutablePointer<Float>
    let count: Int
  }

  /// `room` rows of memory are handed to each call.
  private static func rows(
    room: Int = 1, _ body: @escaping @Sendable (GradientStep, Row) -> Void
  ) -> OpGradient {
    OpGradient { step in
      let (input, output) = (try step.input(0), try step.output())
      guard let gradient = step.gradient(0), let count = output.shape.last, count > 0 else {
        return
      }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: room * count) { memory in
        guard let memory = memory.baseAddress else { return }
        for start in stride(from: 0, to: output.count, by: count) {
          body(
            step,
            Row(
              input: input.floats + start, output: output.floats + start,
              given: step.outputGradient + start, gradient: gradient + start, room: memory,
              count: count))
        }
      }
    }
  }
}
