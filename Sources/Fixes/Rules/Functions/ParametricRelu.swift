import Optimizer
import TFLite

/// Makes one PRELU of RELU(x) and a multiple of RELU(−x), as converters that lack PRELU write it.
/// Never where the factor is not one for each channel.
struct ParametricRelu: FixRule {
  static let name = "prelu"
  static let summary = "RELU(x) + a · RELU(−x) into PRELU"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let sum = editor.operators[index]
    guard [.add, .subtract].contains(editor.kind(of: sum)), editor.isLinear(sum),
      let inputs = sum.inputs, inputs.count == 2, let result = sum.outputs?.first,
      editor.isFloat(result)
    else { return false }
    let isSum = editor.kind(of: sum) == .add
    let pairs = [(inputs[0], inputs[1])] + (isSum ? [(inputs[1], inputs[0])] : [])
    for (positive, negative) in pairs {
      guard let x = operand(ofRelu: positive, editor), editor.haveSameForm(x, result),
        let found = try factor(negative, of: x, sign: isSum ? 1 : -1, editor),
        let alpha = alpha(found.values, found.tensor, x, editor)
      else { continue }
      let constant = editor.addConstant("alpha", alpha.shape, alpha.values)
      let entry = editor.operation(.parametricRelu, [x, constant], [result])
      editor.replace(index, with: entry)
      return true
    }
    return false
  }

  private func operand(ofRelu tensor: Int32, _ editor: GraphEditor) -> Int32? {
    editor.producer(of: tensor, .relu)?.entry.inputs?.first
  }

  /// Returns a where the tensor is `sign` · a · min(x, 0).
  private func factor(
    _ tensor: Int32, of x: Int32, sign: Float, _ editor: GraphEditor
  ) throws -> (values: [Float], tensor: Int32)? {
    guard editor.hasOneReader(tensor), let product = editor.producer(of: tensor, .multiply),
      editor.isLinear(product.entry), let inputs = product.entry.inputs, inputs.count == 2
    else { return nil }
    for (constant, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard editor.isPlain(constant), let values = try editor.floats(constant),
        let negatives = negatives(other, of: x, editor)
      else { continue }
      return (values.map { sign * negatives * $0 }, constant)
    }
    return nil
  }

  /// Returns 1 for −RELU(−x), which is min(x, 0), and −1 for RELU(−x).
  private func negatives(_ tensor: Int32, of x: Int32, _ editor: GraphEditor) -> Float? {
    var (tensor, sign) = (tensor, Float(-1))
    if let outer = editor.producer(of: tensor, .negate), let inner = outer.entry.inputs?.first {
      (tensor, sign) = (inner, 1)
    }
    guard let relu = operand(ofRelu: tensor, editor),
      editor.producer(of: relu, .negate)?.entry.inputs?.first == x
    else { return nil }
    return sign
  }

  /// Returns the factors as PRELU takes them: one for each channel, of the rank without the batch.
  private func alpha(
    _ values: [Float], _ tensor: Int32, _ x: Int32, _ editor: GraphEditor
  ) -> (shape: [Int], values: [Float])? {
    guard let sizes = editor.dimensions(x), sizes.count >= 2, let channels = sizes.last,
      channels != GraphEditor.unknownSize, let own = editor.staticShape(tensor),
      own.reduce(1, *) == 1 || own.last == channels && own.reduce(1, *) == channels
    else { return nil }
    let shape = [Int](repeating: 1, count: sizes.count - 2) + [channels]
    return (shape, values.count == 1 ? [Float](repeating: values[0], count: channels) : values)
  }
}
