import Optimizer
import TFLite

/// Makes one convolution with dilation of SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND, as
/// TensorFlow writes it.
struct Dilations: FixRule {
  static let name = "dilations"
  static let summary =
    "a convolution between SPACE_TO_BATCH_ND and its reverse into one with dilation"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .batchToSpace, let inputs = entry.inputs, inputs.count == 3,
      let result = entry.outputs?.first, editor.isFloat(result), editor.hasOneReader(inputs[0]),
      var product = editor.producer(of: inputs[0])?.entry,
      let keys = ConvolutionKeys.all[editor.kind(of: product)], let spread = product.inputs?.first,
      editor.hasOneReader(spread), let before = editor.producer(of: spread, .spaceToBatch)?.entry,
      let block = try block(before, entry, editor), isPlain(product, keys),
      let source = before.inputs?.first, let sizes = editor.staticShape(source),
      let made = editor.staticShape(result), sizes.count == 4, made.count == 4,
      let filter = product.inputs.flatMap({ editor.staticShape($0[1]) }),
      let paddings = try before.inputs.flatMap({ try editor.integers($0[2]) }),
      let crops = try editor.integers(inputs[2]), paddings.count == 4, crops.count == 4
    else { return false }
    var isSame = true
    var isValid = true
    for axis in 0..<2 {
      let reach = (filter[1 + axis] - 1) * block
      guard crops[2 * axis] == 0 else { return false }
      isSame =
        isSame && paddings[2 * axis] == reach / 2 && made[1 + axis] == sizes[1 + axis]
      isValid =
        isValid && paddings[2 * axis] == 0 && made[1 + axis] == sizes[1 + axis] - reach
    }
    guard isSame || isValid else { return false }
    product.inputs?[0] = source
    product.outputs = [result]
    product.builtinOptions?[keys.padding] =
      isValid ? ConvolutionKeys.valid : ConvolutionKeys.same
    for dilation in keys.dilations { product.builtinOptions?[dilation] = Int32(block) }
    editor.replace(index, with: product)
    return true
  }

  /// Whether the convolution has steps of 1 and neither padding nor dilation.
  private func isPlain(_ product: Operator, _ keys: ConvolutionKeys) -> Bool {
    guard let options = product.builtinOptions else { return false }
    return options[keys.padding] == ConvolutionKeys.valid
      && (keys.strides + keys.dilations).allSatisfy { options[$0] == 1 }
  }

  /// Returns the size of blocks, if it is the same along both axes and on both sides.
  private func block(
    _ before: Operator, _ after: Operator, _ editor: GraphEditor
  ) throws -> Int? {
    guard let first = before.inputs, first.count == 3, let second = after.inputs,
      let block = try editor.integers(first[1]), block == (try editor.integers(second[1])),
      block.count == 2, block[0] == block[1], block[0] > 1
    else { return nil }
    return block[0]
  }
}
