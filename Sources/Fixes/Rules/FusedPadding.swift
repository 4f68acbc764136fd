import Optimizer
import TFLite

/// Leaves out a PAD with zeros whose readers are convolutions that can pad by themselves: with SAME
/// padding their windows are where they are now.
struct FusedPadding: FixRule {
  static let name = "padding"
  static let summary = "PAD into convolutions, where SAME is the same padding"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .pad, let inputs = entry.inputs, inputs.count == 2,
      let result = entry.outputs?.first, editor.isInner(result),
      editor.haveSameEncoding(inputs[0], result), let before = editor.dimensions(inputs[0]),
      before.count == 4, let padding = try editor.integers(inputs[1]), padding.count == 8,
      padding[0] == 0, padding[1] == 0, padding[6] == 0, padding[7] == 0
    else { return false }
    let uses = editor.uses(of: result)
    var convolutions: [(index: Int, entry: Operator)] = []
    for use in uses {
      guard use.operand == 0,
        let same = convolution(editor.operators[use.operation], before, padding, editor)
      else { return false }
      convolutions.append((use.operation, same))
    }
    guard !convolutions.isEmpty else { return false }
    for (place, var same) in convolutions {
      same.inputs?[0] = inputs[0]
      editor.replace(place, with: same)
    }
    return true
  }

  /// Returns the convolution with SAME padding if that is what the PAD does.
  private func convolution(
    _ entry: Operator, _ sizes: [Int], _ padding: [Int], _ editor: GraphEditor
  ) -> Operator? {
    guard let keys = ConvolutionKeys.all[editor.kind(of: entry)],
      let options = entry.builtinOptions,
      options[keys.padding] == ConvolutionKeys.valid, let filter = entry.inputs?[1],
      let shape = editor.staticShape(filter), shape.count == 4
    else { return nil }
    for axis in 0..<2 {
      let size = sizes[axis + 1]
      guard size != GraphEditor.unknownSize, let stride = options[keys.strides[axis]].map(Int.init),
        let dilation = options[keys.dilations[axis]].map(Int.init), stride > 0, dilation > 0
      else { return nil }
      let window = (shape[axis + 1] - 1) * dilation + 1
      let (first, last) = (padding[2 * axis + 2], padding[2 * axis + 3])
      guard first >= 0, last >= 0, size + first + last >= window else { return nil }
      let count = (size + first + last - window) / stride + 1
      let same = (size + stride - 1) / stride
      let total = max(0, (same - 1) * stride + window - size)
      guard count == same, first == total / 2 else { return nil }
    }
    var entry = entry
    entry.builtinOptions?[keys.padding] = ConvolutionKeys.same
    return entry
  }
}
