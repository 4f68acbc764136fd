/// One axis of a transposed convolution. Output position o meets kernel position k where
/// (o + padding − k) is a multiple of the stride; the input position is the quotient.
struct TransposedAxis {
  let input: Int
  let output: Int
  let kernel: Int
  let stride: Int
  let padding: Int

  init(input: Int, output: Int, kernel: Int, stride: Int) throws {
    guard stride > 0, kernel > 0 else {
      throw OperatorFault.invalid("a window cannot have size \(kernel), stride \(stride)")
    }
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    padding = max(0, (input - 1) * stride + kernel - output) / 2
  }

  /// Returns the kernel positions of a phase (o + padding) mod stride, ascending: input positions
  /// descend.
  func taps(_ phase: Int) -> [Int] { Array(stride(from: phase, to: kernel, by: stride)) }

  private func stride(from: Int, to: Int, by: Int) -> StrideTo<Int> {
    Swift.stride(from: from, to: to, by: by)
  }

  /// Kernel positions at most per phase.
  var reach: Int { (kernel + stride - 1) / stride }
}
