import KernelTable
import TFLite

extension OpGradient {
  /// Returns the gradient of clamping: 1 inside, 0 outside.
  static func clamp(_ low: Float, _ high: Float) -> OpGradient {
    unary { x, _ in x > low && x < high ? 1 : 0 }
  }

  static let leakyRelu = OpGradient { step in
    let alpha = step.option(LeakyRelu.alpha)
    let (input, count) = (try step.input(0).floats, try step.output().count)
    guard let gradient = step.gradient(0) else { return }
    for index in 0..<count {
      gradient[index] += step.outputGradient[index] * (input[index] < 0 ? alpha : 1)
    }
  }

  static let logistic = unary { _, y in y * (1 - y) }
  static let tanh = unary { _, y in 1 - y * y }
  static let hardSwish = unary { x, _ in x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6 }
  static let elu = unary { x, y in x < 0 ? y + 1 : 1 }
  static let exp = unary { _, y in y }
  static let sqrt = unary { _, y in y > 0 ? 0.5 / y : 0 }
  static let rsqrt = unary { x, y in x > 0 ? -0.5 * y / x : 0 }
  static let square = unary { x, _ in 2 * x }
  static let neg = unary { _, _ in -1 }
  static let abs = unary { x, _ in x < 0 ? -1 : 1 }
  static let log = unary { x, _ in x > 0 ? 1 / x : 0 }
  static let sin = of(.cos)
  static let cos = of(.sin, scale: -1)

  /// Returns a gradient whose slope is `scale` times another function of the kernels.
  private static func of(_ slope: UnaryOperation, scale: Float = 1) -> OpGradient {
    OpGradient { step in
      let (input, count) = (try step.input(0).floats, try step.output().count)
      guard let gradient = step.gradient(0) else { return }
      withUnsafeTemporaryAllocation(of: Float.self, capacity: max(count, 1)) { room in
        guard let slopes = room.baseAddress else { return }
        step.kernels.unary(slope, input, slopes, count, 0)
        for index in 0..<count {
          gradient[index] += scale * slopes[index] * step.outputGradient[index]
        }
      }
    }
  }

  /// Of x Φ(x): Φ(x) + x φ(x), where Φ(x) = y ÷ x. In the approximation Φ(x) = (1 + tanh u) ÷ 2 with
  /// u = √(2 ÷ π) (x + 0.044715 x³), whose slope is 2 Φ (1 − Φ) u′.
  static let gelu = OpGradient { step in
    let (x, y, count) = (
      try step.input(0).floats, try step.output().floats, try step.output().count
    )
    guard let gradient = step.gradient(0) else { return }
    let given = step.outputGradient
    let isApproximate = step.option(Gelu.approximate)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(count, 1)) { room in
      guard let density = room.baseAddress else { return }
      if isApproximate {
        let root: Float = 0.797_884_6  // √(2 ÷ π)
        for index in 0..<count {
          let phi = x[index] == 0 ? 0.5 : y[index] / x[index]
          density[index] = 2 * phi * (1 - phi) * root * (1 + 0.134_145 * x[index] * x[index])
        }
      } else {
        for index in 0..<count { density[index] = -0.5 * x[index] * x[index] }
        step.kernels.unary(.exp, density, density, count, 0)
        for index in 0..<count { density[index] *= 0.398_942_3 }  // 1 ÷ √(2π)
      }
      for index in 0..<count {
        let phi = x[index] == 0 ? 0.5 : y[index] / x[index]
        gradient[index] += given[index] * (phi + x[index] * density[index])
      }
    }
  }
}
