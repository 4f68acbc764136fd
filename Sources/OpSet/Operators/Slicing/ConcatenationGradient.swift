import KernelTable
import TFLite

extension OpGradient {
  /// Each input gets the part of the output's gradient that stands at its place. Elements cannot be
  /// followed through the kernel, since a fused activation changes them.
  static let concatenation = OpGradient { step in
    try step.undo(Concatenation.activation)
    let output = try step.output()
    let option = Int(step.options?[Concatenation.axis] ?? 0)
    let axis = option < 0 ? option + output.rank : option
    guard output.count > 0, output.shape.indices.contains(axis) else { return }
    let outer = output.shape[..<axis].reduce(1, *)
    let inner = output.count / outer
    for row in 0..<outer {
      var place = row &* inner
      for index in step.inputs.indices {
        let width = try step.input(index).count / outer
        if let gradient = step.gradient(index) {
          step.kernels.accumulate(
            step.outputGradient + place, 1, gradient + row &* width, width)
        }
        place &+= width
      }
    }
  }
}
