import Optimizer
import TFLite

/// Makes SOFTMAX of powers of e that are divided by their sum along the last axis.
struct WholeSoftmax: FixRule {
  static let name = "softmax"
  static let summary = "powers divided by their sum into SOFTMAX"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .divide, editor.isLinear(entry), let inputs = entry.inputs,
      inputs.count == 2, let result = entry.outputs?.first, editor.isFloat(result),
      let sum = editor.producer(of: inputs[1], .sum)?.entry, sum.inputs?.first == inputs[0],
      let rank = editor.dimensions(inputs[0])?.count, let axes = sum.inputs?.last,
      try isLast(axes, rank, editor), editor.dimensions(inputs[1])?.count == rank,
      let power = editor.producer(of: inputs[0], .exponential)?.entry.inputs?.first,
      let x = try unshifted(power, rank, editor), editor.haveSameForm(x, result)
    else { return false }
    var softmax = editor.operation(.softmax, [x], [result], tag: Softmax.beta.tag)
    softmax.builtinOptions?[Softmax.beta] = 1
    editor.replace(index, with: softmax)
    return true
  }

  /// Returns x of x − max: the greatest value only keeps powers finite.
  private func unshifted(_ power: Int32, _ rank: Int, _ editor: GraphEditor) throws -> Int32? {
    guard let shift = editor.producer(of: power, .subtract)?.entry, editor.isLinear(shift),
      let x = shift.inputs?.first, let most = shift.inputs?.last,
      let greatest = editor.producer(of: most, .reduceMax)?.entry, greatest.inputs?.first == x,
      let axes = greatest.inputs?.last, try isLast(axes, rank, editor)
    else { return nil }
    return x
  }

  private func isLast(_ axes: Int32, _ rank: Int, _ editor: GraphEditor) throws -> Bool {
    guard let axes = try editor.integers(axes), axes.count == 1 else { return false }
    return axes[0] == -1 || axes[0] == rank - 1
  }
}
