import KernelTable
import TFLite

extension OpGradient {
  /// The gradient of a row y = softmax(βx): β y (g − Σ g y).
  static let softmax = OpGradient { step in
    let output = try step.output()
    guard let gradient = step.gradient(0), let columns = output.shape.last, columns > 0 else {
      return
    }
    let beta = step.options?[Softmax.beta] ?? 1
    for start in stride(from: 0, to: output.count, by: columns) {
      let (y, given) = (output.floats + start, step.outputGradient + start)
      let mean = step.kernels.dot(given, y, columns)
      for index in 0..<columns {
        gradient[start &+ index] += beta * y[index] * (given[index] - mean)
      }
    }
  }
}
