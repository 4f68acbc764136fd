import Optimizer
import TFLite

/// Makes FULLY_CONNECTED of BATCH_MATMUL with a constant matrix, which has one kernel more, takes a bias
/// and an activation, and can be quantized for each channel.
struct MatrixProducts: FixRule {
  static let name = "matrices"
  static let summary = "BATCH_MATMUL with a constant matrix into FULLY_CONNECTED"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .batchMatMul, let inputs = entry.inputs, inputs.count == 2,
      let result = entry.outputs?.first, editor.isFloat(result), editor.isFloat(inputs[0]),
      entry.builtinOptions?[BatchMatMul.adjointX] != true, !editor.isConstant(inputs[0]),
      editor.isPlain(inputs[1]), let sizes = editor.staticShape(inputs[1]), sizes.count >= 2,
      sizes.dropLast(2).allSatisfy({ $0 == 1 }), let read = editor.dimensions(inputs[0]),
      let made = editor.dimensions(result), read.count >= sizes.count, read.count <= 4,
      made.dropLast() == read.dropLast()
    else { return false }
    let isAdjoint = entry.builtinOptions?[BatchMatMul.adjointY] == true
    let (rows, columns) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    let units = isAdjoint ? rows : columns
    guard let matrix = try matrix(inputs[1], rows, columns, isAdjoint, &editor) else {
      return false
    }
    var product = editor.operation(
      .fullyConnected, [inputs[0], matrix, -1], [result], tag: FullyConnected.activation.tag)
    product.builtinOptions?[FullyConnected.keepNumDims] = made.count > 2
    guard made.last == units else { return false }
    editor.replace(index, with: product)
    return true
  }

  /// Returns the matrix with a row for each output.
  private func matrix(
    _ constant: Int32, _ rows: Int, _ columns: Int, _ isAdjoint: Bool,
    _ editor: inout GraphEditor
  ) throws -> Int32? {
    guard !isAdjoint else { return editor.addView(of: constant, [rows, columns]) }
    guard editor.uses(of: constant).count == 1, let values = try editor.floats(constant) else {
      return nil
    }
    var turned = values
    for row in 0..<rows {
      for column in 0..<columns { turned[column * rows + row] = values[row * columns + column] }
    }
    return editor.addConstant(editor.tensor(constant).label, [columns, rows], turned)
  }
}
