import KernelTable
import TFLite

extension OpGradient {
  /// The elements of the slice get the gradient. A run may decide where it begins, so that in loops
  /// the kernel would have to be asked in each step.
  static let slice = OpGradient { step in
    let (input, output) = (try step.input(0), try step.output())
    guard let gradient = step.gradient(0), let begin = try step.input(1).integers,
      begin.count == input.rank, output.rank == input.rank, output.count > 0,
      let width = output.shape.last
    else { return }
    for row in 0..<output.count / width {
      var (rest, place, stride) = (row, begin[input.rank - 1], input.shape[input.rank - 1])
      for axis in (0..<input.rank - 1).reversed() {
        place += (begin[axis] + rest % output.shape[axis]) * stride
        rest /= output.shape[axis]
        stride *= input.shape[axis]
      }
      step.kernels.accumulate(
        step.outputGradient + row * width, 1, gradient + place, width)
    }
  }
}
