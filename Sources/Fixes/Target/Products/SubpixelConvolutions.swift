import Optimizer
import TFLite

/// Makes TRANSPOSE_CONV of a convolution that computes all elements of a step at once, as channels, and of
/// DEPTH_TO_SPACE, which puts them beside one another (Shi et al., arXiv 1609.07009).
struct SubpixelConvolutions: TargetRule {
  static let name = "sub-pixels"
  static let summary = "TRANSPOSE_CONV into CONV_2D and DEPTH_TO_SPACE"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.transposeConv]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count >= 3, let result = entry.outputs?.first,
      editor.isFloat(inputs[2]),
      let grid = SubpixelGrid(entry, result, editor), let weights = try editor.floats(inputs[1])
    else { return false }
    var entries: [Operator] = []
    var source = inputs[2]
    if grid.taps > 1 {
      let margin = grid.taps - 1
      let sizes = [grid.batch, grid.height + 2 * margin, grid.width + 2 * margin, grid.depth]
      source = editor.addTensor(like: inputs[2], sizes)
      entries.append(
        editor.pad(inputs[2], [0, 0, margin, margin, margin, margin, 0, 0], source))
    }
    let filter = editor.addConstant(
      editor.tensor(inputs[1]).label,
      [grid.channels * grid.step * grid.step, grid.taps, grid.taps, grid.depth],
      grid.filter(weights))
    let bias = inputs.count > 3 && inputs[3] >= 0 ? try editor.floats(inputs[3]) : nil
    guard bias != nil || inputs.count < 4 || inputs[3] < 0 else { return false }
    let each = bias ?? [Float](repeating: 0, count: grid.channels)
    let biases = editor.addConstant(
      "bias", [grid.channels * grid.step * grid.step],
      (0..<grid.step * grid.step).flatMap { _ in each })
    var sizes = [
      grid.batch, grid.height + grid.taps - 1, grid.width + grid.taps - 1,
      grid.channels * grid.step * grid.step,
    ]
    var now = sizes == grid.made ? result : editor.addTensor(like: result, sizes)
    entries.append(
      editor.convolution(
        source, filter, biases, now,
        activation: entry.builtinOptions?[TransposeConv.activation] ?? FusedFunction.none))
    if grid.step > 1 {
      sizes = [grid.batch, sizes[1] * grid.step, sizes[2] * grid.step, grid.channels]
      let next = sizes == grid.made ? result : editor.addTensor(like: result, sizes)
      var shuffle = editor.operation(
        .depthToSpace, [now], [next], tag: DepthToSpace.blockSize.tag)
      shuffle.builtinOptions?[DepthToSpace.blockSize] = Int32(grid.step)
      entries.append(shuffle)
      now = next
    }
    if now != result {
      entries.append(editor.slice(now, [0, grid.top, grid.left, 0], grid.made, result))
    }
    editor.replace(index, with: entries)
    return true
  }
}

/// The places that a transposed convolution computes.
private struct SubpixelGrid {
  let batch: Int
  let height: Int
  let width: Int
  let depth: Int
  let channels: Int
  let step: Int
  /// Elements of the filter along an axis for each place within a step.
  let taps: Int
  let filterHeight: Int
  let filterWidth: Int
  /// Elements in front of the result that padding cuts off.
  let top: Int
  let left: Int
  let made: [Int]

  init?(_ entry: Operator, _ result: Int32, _ editor: GraphEditor) {
    guard let inputs = entry.inputs, let options = entry.builtinOptions,
      let sizes = editor.staticShape(inputs[2]), sizes.count == 4,
      let filter = editor.staticShape(inputs[1]), filter.count == 4, filter[3] == sizes[3],
      let made = editor.staticShape(result), made.count == 4,
      let stride = options[TransposeConv.strideH], stride == options[TransposeConv.strideW],
      (1...8).contains(stride)
    else { return nil }
    (batch, height, width, depth) = (sizes[0], sizes[1], sizes[2], sizes[3])
    (channels, filterHeight, filterWidth) = (filter[0], filter[1], filter[2])
    step = Int(stride)
    self.made = made
    taps = (max(filterHeight, filterWidth) + step - 1) / step
    let isSame = options[TransposeConv.padding] == 0
    // As the runtime computes padding: that of the convolution from the result to the input.
    func front(_ size: Int, _ filter: Int, _ large: Int) -> Int {
      isSame ? max(0, (size - 1) * Int(stride) + filter - large) / 2 : 0
    }
    top = front(height, filterHeight, made[1])
    left = front(width, filterWidth, made[2])
    guard top + made[1] <= (height + taps - 1) * step, left + made[2] <= (width + taps - 1) * step
    else { return nil }
  }

  /// Returns the filter of the convolution: for each place of a step and channel, every step-th element,
  /// turned round.
  func filter(_ weights: [Float]) -> [Float] {
    var turned: [Float] = []
    turned.reserveCapacity(channels * step * step * taps * taps * depth)
    for row in 0..<step {
      for column in 0..<step {
        for channel in 0..<channels {
          for y in (0..<taps).reversed() {
            for x in (0..<taps).reversed() {
              let (line, place) = (row + y * step, column + x * step)
              guard line < filterHeight, place < filterWidth else {
                turned += [Float](repeating: 0, count: depth)
                continue
              }
              let start = ((channel * filterHeight + line) * filterWidth + place) * depth
              turned += weights[start..<start + depth]
            }
          }
        }
      }
    }
    return turned
  }
}
