import Optimizer
import TFLite

/// Removes operators that return their operand. Never where a fused activation function or another
/// scale makes a difference.
struct IdentityOperators: FixRule {
  static let name = "identities"
  static let summary = "remove operators that return what they read"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let result = entry.outputs?.first, result >= 0, entry.outputs?.count == 1,
      !editor.uses(of: result).isEmpty || editor.graph.isOutput[Int(result)],
      let source = try source(of: entry, editor), source >= 0, source != result,
      editor.haveSameForm(source, result)
    else { return false }
    return editor.bypass(index, from: result, to: source)
  }

  /// Returns the operand that the operator returns if shapes and scales are the same.
  private func source(of entry: Operator, _ editor: GraphEditor) throws -> Int32? {
    guard let inputs = entry.inputs, let first = inputs.first else { return nil }
    switch editor.kind(of: entry) {
    case .reshape, .squeeze, .expandDims, .cast, .tile, .broadcastTo: return first
    case .quantize: return editor.tensor(first).quantization?.isQuantized == true ? first : nil
    case .transpose:
      guard inputs.count > 1, let order = try editor.integers(inputs[1]) else { return nil }
      return order == Array(order.indices) ? first : nil
    case .pad: return first
    // With the same shape and steps of 1 nothing can be left out.
    case .slice: return first
    case .stridedSlice:
      guard inputs.count > 3, let steps = try editor.integers(inputs[3]) else { return nil }
      return steps.allSatisfy { $0 == 1 } ? first : nil
    case .concatenation: return inputs.count == 1 ? first : nil
    case .split: return inputs.count > 1 ? inputs[1] : nil
    case .add, .subtract, .multiply, .divide: return try operand(of: entry, inputs, editor)
    default: return nil
    }
  }

  /// Returns what is multiplied by 1 or has 0 added.
  private func operand(
    of entry: Operator, _ inputs: [Int32], _ editor: GraphEditor
  ) throws -> Int32? {
    guard inputs.count == 2, editor.isLinear(entry), editor.isFloat(inputs[0]) else { return nil }
    let kind = editor.kind(of: entry)
    let neutral: Float = kind == .multiply || kind == .divide ? 1 : 0
    if try editor.scalar(inputs[1]) == neutral { return inputs[0] }
    let isSymmetric = kind == .multiply || kind == .add
    return try isSymmetric && editor.scalar(inputs[0]) == neutral ? inputs[1] : nil
  }
}
