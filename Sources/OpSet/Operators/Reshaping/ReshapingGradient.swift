import KernelTable
import TFLite

extension OpGradient {
  /// Of operators that change the shape alone.
  static let kept = OpGradient { step in
    let output = try step.output()
    guard let gradient = step.gradient(0), output.type == .float32 else { return }
    step.kernels.accumulate(step.outputGradient, 1, gradient, output.count)
  }
}
