import Optimizer
import TFLite

/// Gives operands the shape of the result where the target does not broadcast them so, or fewer axes where
/// it then does.
struct WideOperands: TargetRule {
  static let name = "operands"
  static let summary =
    "operands that are broadcast into ones of fewer axes, or of the result's shape with TILE"
  static let kinds = BuiltinOperator.pairings

  /// Elements of a constant that is written in full; activations of that size are no trouble either.
  private static let most = 1 << 16

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    var entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      let made = editor.staticShape(result), !made.isEmpty
    else { return false }
    if joinAxes(index, inputs, result, made, &editor) { return true }
    var entries: [Operator] = []
    for (position, input) in inputs.enumerated() {
      guard let own = editor.staticShape(input) else { return false }
      guard own != made, own.reduce(1, *) > 1 else { continue }
      let shape = [Int](repeating: 1, count: made.count - own.count) + own
      let wide: Int32
      if editor.isConstant(input) {
        guard editor.isPlain(input), made.reduce(1, *) <= Self.most,
          let values = try editor.floats(input)
        else { return false }
        wide = editor.addConstant(
          editor.tensor(input).label, made, Self.spread(values, shape, made))
      } else {
        var source = input
        if shape != own {
          source = editor.addTensor(like: input, shape)
          entries.append(editor.reshape(input, source, shape))
        }
        wide = editor.addTensor(like: input, made)
        let copies = editor.addConstant("multiples", zip(made, shape).map { $0 / $1 })
        entries.append(editor.operation(.tile, [source, copies], [wide]))
      }
      entry.inputs?[position] = wide
    }
    guard entry.inputs != inputs else { return false }
    editor.replace(index, with: entries + [entry])
    return true
  }

  /// Joins axes so that one operand is one number for each pixel, or for each channel.
  private func joinAxes(
    _ index: Int, _ inputs: [Int32], _ result: Int32, _ made: [Int], _ editor: inout GraphEditor
  ) -> Bool {
    guard let narrow = inputs.firstIndex(where: { editor.staticShape($0) != made }),
      let own = editor.staticShape(inputs[narrow]), own.reduce(1, *) > 1,
      editor.staticShape(inputs[1 - narrow]) == made, !editor.isConstant(inputs[1 - narrow]),
      !editor.job.decoded.contains(editor.id(inputs[narrow]))
    else { return false }
    let shape = [Int](repeating: 1, count: made.count - own.count) + own
    guard let first = shape.firstIndex(where: { $0 > 1 }),
      let last = shape.lastIndex(where: { $0 > 1 }),
      shape[first...last] == made[first...last]
    else { return false }
    let run = shape.reduce(1, *)
    let (before, behind) = (
      made[..<first].reduce(1, *), made[(last + 1)...].reduce(1, *)
    )
    guard before == 1 || behind == 1 else { return false }
    let wide = before == 1 ? [1, 1, run, behind] : [1, 1, before, run]
    let small = before == 1 ? [1, 1, run, 1] : [1, 1, 1, run]
    var entry = editor.operators[index]
    let source = editor.addTensor(like: inputs[1 - narrow], wide)
    var entries = [editor.reshape(inputs[1 - narrow], source, wide)]
    entry.inputs?[1 - narrow] = source
    if editor.isConstant(inputs[narrow]) {
      entry.inputs?[narrow] = editor.addView(of: inputs[narrow], small)
    } else {
      let operand = editor.addTensor(like: inputs[narrow], small)
      entries.append(editor.reshape(inputs[narrow], operand, small))
      entry.inputs?[narrow] = operand
    }
    let joined = editor.addTensor(like: result, wide)
    entry.outputs = [joined]
    editor.replace(index, with: entries + [entry, editor.reshape(joined, result, made)])
    return true
  }

  private static func spread(_ values: [Float], _ shape: [Int], _ made: [Int]) -> [Float] {
    var strides = [Int](repeating: 0, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = shape[axis] == 1 ? 0 : step
      step *= shape[axis]
    }
    return (0..<made.reduce(1, *)).map { place in
      var (rest, source) = (place, 0)
      for axis in made.indices.reversed() {
        source += rest % made[axis] * strides[axis]
        rest /= made[axis]
      }
      return values[source]
    }
  }
}
