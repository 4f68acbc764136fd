import Optimizer
import TFLite

/// Takes DIV away: by a constant, by a square root, and by the sum that makes SOFTMAX of powers of e.
struct Quotients: TargetRule {
  static let name = "quotients"
  static let summary =
    "DIV by constants and roots into MUL, and of powers by their sum into SOFTMAX"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.divide]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      editor.isFloat(result), var chain = Chain(result, &editor)
    else { return false }
    let code = editor.activation(of: entry)
    if code == FusedFunction.none, try softmax(index, inputs, result, &editor) { return true }
    let factor: Int32
    if editor.isPlain(inputs[1]), let values = try editor.floats(inputs[1]),
      values.allSatisfy({ $0 != 0 && (1 / $0).isFinite })
    {
      factor = editor.addConstant(
        "reciprocal", editor.staticShape(inputs[1]) ?? [values.count], values.map { 1 / $0 })
    } else if let root = editor.producer(of: inputs[1], .squareRoot)?.entry.inputs?.first,
      let shape = editor.dimensions(inputs[1])
    {
      factor = chain.add(.reciprocalRoot, [root], shape: shape, &editor)
    } else {
      return false
    }
    chain.end(.multiply, [inputs[0], factor], &editor)
    guard let last = chain.entries.last.flatMap({ editor.with(activation: code, $0) }) else {
      return false
    }
    editor.replace(index, with: chain.entries.dropLast() + [last])
    return true
  }

  /// exp(x − max) ÷ Σ exp(x − max) along the last axis; the greatest value only keeps powers finite.
  private func softmax(
    _ index: Int, _ inputs: [Int32], _ result: Int32, _ editor: inout GraphEditor
  ) throws -> Bool {
    guard let sum = editor.producer(of: inputs[1], .sum)?.entry, sum.inputs?.first == inputs[0],
      let rank = editor.dimensions(inputs[0])?.count, let axes = sum.inputs?.last,
      try isLast(axes, rank, editor), editor.haveSameForm(inputs[0], result),
      editor.dimensions(inputs[1])?.count == rank,
      let power = editor.producer(of: inputs[0], .exponential)?.entry.inputs?.first,
      let shift = editor.producer(of: power, .subtract)?.entry, editor.isLinear(shift),
      let x = shift.inputs?.first, let most = shift.inputs?.last,
      let greatest = editor.producer(of: most, .reduceMax)?.entry, greatest.inputs?.first == x,
      let same = greatest.inputs?.last, try isLast(same, rank, editor),
      editor.haveSameForm(x, result)
    else { return false }
    var softmax = editor.operation(.softmax, [x], [result], tag: Softmax.beta.tag)
    softmax.builtinOptions?[Softmax.beta] = 1
    editor.replace(index, with: [softmax])
    return true
  }

  private func isLast(_ axes: Int32, _ rank: Int, _ editor: GraphEditor) throws -> Bool {
    guard let axes = try editor.integers(axes), axes.count == 1 else { return false }
    return axes[0] == -1 || axes[0] == rank - 1
  }
}
