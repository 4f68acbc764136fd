import Optimizer
import TFLite

/// Makes TRANSPOSE_CONV of MediaPipe's custom operator, which has the same filter and a bias.
struct TransposedBias: TargetRule {
  static let name = "transposed"
  static let summary = "MediaPipe's Convolution2DTransposeBias into TRANSPOSE_CONV"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.custom]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.model.name(of: entry) == "Convolution2DTransposeBias", let inputs = entry.inputs,
      inputs.count == 3, let result = entry.outputs?.first, let sizes = editor.staticShape(result),
      let bytes = entry.customOptions, bytes.count >= 12
    else { return false }
    // The C structure of padding (1 SAME, 2 VALID), stride width and stride height.
    let fields = bytes.withUnsafeBytes { buffer in
      (0..<3).map {
        Int32(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self))
      }
    }
    guard [1, 2].contains(fields[0]) else { return false }
    let shape = editor.addConstant("shape", sizes)
    var product = editor.operation(
      .transposeConv, [shape, inputs[1], inputs[0], inputs[2]], [result],
      tag: TransposeConv.padding.tag)
    product.builtinOptions?[TransposeConv.padding] = Int8(fields[0] - 1)
    product.builtinOptions?[TransposeConv.strideW] = fields[1]
    product.builtinOptions?[TransposeConv.strideH] = fields[2]
    editor.replace(index, with: [product])
    return true
  }
}
