import OpSet
import Optimizer
import TFLite

/// Makes steps of 1 of the steps of a convolution along one axis: RESHAPE puts the elements that a step passes
/// over into the depth, where the filter has them too. Vela fuses a PAD alone into the convolution again and
/// then cannot place it, so padding by itself is no help.
struct WideSteps: TargetRule {
  static let name = "wide-steps"
  static let summary = "CONV_2D in wide steps along one axis into PAD, RESHAPE and CONV_2D"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.conv2D]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    var entry = editor.operators[index]
    guard let inputs = entry.inputs, let result = entry.outputs?.first, inputs.count >= 2,
      editor.isFloat(inputs[0]), editor.isPlain(inputs[1]),
      let line = Line(entry, result, editor), let weights = try editor.floats(inputs[1])
    else { return false }
    func shape(_ length: Int, _ depth: Int, _ first: Int) -> [Int] {
      line.axis == 1 ? [first, length, 1, depth] : [first, 1, length, depth]
    }
    let (steps, depth) = (line.filter / line.step, line.step * line.depth)
    var entries: [Operator] = []
    var source = inputs[0]
    if line.front > 0 || line.back > 0 {
      source = editor.addTensor(like: inputs[0], shape(line.length, line.depth, 1))
      var amounts = [Int](repeating: 0, count: 8)
      (amounts[2 * line.axis], amounts[2 * line.axis + 1]) = (line.front, line.back)
      entries.append(editor.pad(inputs[0], amounts, source))
    }
    let rows = shape(line.length / line.step, depth, 1)
    let folded = editor.addTensor(like: inputs[0], rows)
    entries.append(editor.reshape(source, folded, rows))
    let own = weights.count / line.channels
    let zeros = [Float](repeating: 0, count: line.filter * line.depth - own)
    let spread = (0..<line.channels).flatMap { weights[$0 * own..<($0 + 1) * own] + zeros }
    entry.inputs?[0] = folded
    entry.inputs?[1] = editor.addConstant(
      editor.tensor(inputs[1]).label, shape(steps, depth, line.channels), spread)
    entry.takeEveryWindow(.conv2D)
    editor.replace(index, with: entries + [entry])
    return true
  }
}

/// A convolution along one axis of one image.
private struct Line {
  let axis: Int
  let step: Int
  /// Elements of the filter, and of the image with its padding, as multiples of the step.
  let filter: Int
  let length: Int
  let front: Int
  let back: Int
  let depth: Int
  let channels: Int

  init?(_ entry: Operator, _ result: Int32, _ editor: GraphEditor) {
    guard let inputs = entry.inputs, let options = entry.builtinOptions,
      let sizes = editor.staticShape(inputs[0]), sizes.count == 4, sizes[0] == 1,
      let made = editor.staticShape(result), made.count == 4,
      let filter = editor.staticShape(inputs[1]), filter.count == 4, filter[3] == sizes[3],
      options[Conv2D.dilationH] == 1, options[Conv2D.dilationW] == 1,
      let axis = [1, 2].first(where: { sizes[3 - $0] == 1 && filter[3 - $0] == 1 }),
      let stride = options[axis == 1 ? Conv2D.strideH : Conv2D.strideW], stride > 1
    else { return nil }
    step = Int(stride)
    self.axis = axis
    depth = sizes[3]
    channels = filter[0]
    let before = (made[axis] - 1) * step
    self.filter = (filter[axis] + step - 1) / step * step
    length = before + self.filter
    // SAME has the smaller half of what the last step needs in front.
    let isSame = options[Conv2D.padding] == 0
    front = isSame ? max(0, before + filter[axis] - sizes[axis]) / 2 : 0
    back = length - sizes[axis] - front
    guard back >= 0 else { return nil }
  }
}
