import OpSet
import Optimizer
import TFLite

/// Puts the padding of a convolution into a PAD before it.
struct OutsidePadding: TargetRule {
  static let name = "outer-padding"
  static let summary = "the padding of CONV_2D with wide steps into PAD"
  static let kinds: Set<BuiltinOperator> = [.conv2D]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    var entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count >= 2, let result = entry.outputs?.first,
      let options = entry.builtinOptions, options[Conv2D.padding] == 0, editor.isFloat(inputs[0]),
      let sizes = editor.staticShape(inputs[0]), sizes.count == 4,
      let made = editor.staticShape(result), made.count == 4,
      let filter = editor.staticShape(inputs[1]), filter.count == 4,
      let strideH = options[Conv2D.strideH], let strideW = options[Conv2D.strideW],
      options[Conv2D.dilationH] == 1, options[Conv2D.dilationW] == 1
    else { return false }
    // SAME pads so that steps reach the last element, the smaller half in front.
    func padding(_ axis: Int, _ stride: Int32) -> [Int] {
      let all = max(0, (made[axis] - 1) * Int(stride) + filter[axis] - sizes[axis])
      return [all / 2, all - all / 2]
    }
    let (rows, columns) = (padding(1, strideH), padding(2, strideW))
    let padded = editor.addTensor(
      like: inputs[0],
      [sizes[0], sizes[1] + rows.reduce(0, +), sizes[2] + columns.reduce(0, +), sizes[3]])
    let amounts = editor.addConstant("padding", [0, 0] + rows + columns + [0, 0])
    editor.edit(amounts) { $0.shape = [4, 2] }
    let pad = editor.operation(.pad, [inputs[0], amounts], [padded], tag: Self.padTag)
    entry.inputs?[0] = padded
    entry.builtinOptions?[Conv2D.padding] = 1
    editor.replace(index, with: [pad, entry])
    return true
  }

  /// The tag of PadOptions in the schema's union.
  private static let padTag: UInt8 = 22
}
