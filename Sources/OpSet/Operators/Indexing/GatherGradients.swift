import KernelTable
import TFLite

extension OpGradient {
  /// The rows that were read get the gradients of their copies.
  static let gather = OpGradient { step in
    let (input, positions) = (try step.input(0), try step.input(1))
    guard let gradient = step.gradient(0), input.type == .float32 else { return }
    let option = step.option(Gather.axis)
    let axis = option < 0 ? option + input.rank : option
    let dims = step.option(Gather.batchDims)
    let batch = dims < 0 ? dims + positions.rank : dims
    let (batches, outer) = (
      input.shape[..<batch].reduce(1, *), input.shape[batch..<axis].reduce(1, *)
    )
    let (limit, run) = (input.shape[axis], input.shape[(axis + 1)...].reduce(1, *))
    let count = positions.count / max(batches, 1)
    for line in 0..<batches * outer {
      let first = gradient + line &* limit &* run
      for index in 0..<count {
        let row = positions.integer(line / outer &* count &+ index) ?? 0
        step.kernels.accumulate(
          step.outputGradient + (line &* count &+ index) &* run, 1, first + row &* run, run)
      }
    }
  }

  /// An update gets the gradient of the place to which it was added.
  static let scatterND = OpGradient { step in
    let (indices, output) = (try step.input(0), try step.output())
    guard let gradient = step.gradient(1) else { return }
    let path = IndexPath(
      indices, depth: indices.size(-1), shape: output.shape, allowsNegative: true, elementBytes: 4)
    let width = path.run / 4
    for row in 0..<indices.shape.dropLast().reduce(1, *) {
      step.kernels.accumulate(
        step.outputGradient + (try path.offset(row)) / 4, 1, gradient + row &* width, width)
    }
  }
}
