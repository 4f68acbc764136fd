import Optimizer
import TFLite

extension GraphEditor {
  /// Returns a PAD; `amounts` are those in front of and behind each axis.
  mutating func pad(_ source: Int32, _ amounts: [Int], _ result: Int32) -> Operator {
    // The tag of PadOptions in the schema's union.
    let tag: UInt8 = 22
    let paddings = addConstant("padding", amounts)
    edit(paddings) { $0.shape = [Int32(amounts.count / 2), 2] }
    return operation(.pad, [source, paddings], [result], tag: tag)
  }

  /// Returns a SLICE; a size of −1 stands for all that is left.
  mutating func slice(
    _ source: Int32, _ begins: [Int], _ sizes: [Int], _ result: Int32
  ) -> Operator {
    let begin = addConstant("begin", begins)
    let size = addConstant("size", sizes)
    return operation(.slice, [source, begin, size], [result])
  }

  /// Returns a CONV_2D in steps of 1 without padding.
  mutating func convolution(
    _ source: Int32, _ filter: Int32, _ bias: Int32, _ result: Int32, activation: Int8
  ) -> Operator {
    var entry = operation(
      .conv2D, [source, filter, bias], [result], tag: Conv2D.padding.tag)
    entry.takeEveryWindow(.conv2D)
    entry.builtinOptions?[Conv2D.activation] = activation
    return entry
  }
}
