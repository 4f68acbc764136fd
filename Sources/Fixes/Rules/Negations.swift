import Optimizer
import TFLite

/// Lets sums and differences do what a NEG, or a SUB from zero, does before them. Signs do not change
/// roundings.
struct Negations: FixRule {
  static let name = "negations"
  static let summary = "NEG into the sum or difference behind it"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    let kind = editor.kind(of: entry)
    guard [.add, .subtract].contains(kind), let inputs = entry.inputs, inputs.count == 2,
      let result = entry.outputs?.first, editor.isFloat(result), inputs[0] != inputs[1]
    else { return false }
    if let term = try negated(inputs[1], editor) {
      return write(index, [inputs[0], term], kind == .add, entry, &editor)
    }
    guard kind == .add, let term = try negated(inputs[0], editor) else {
      return try negateFactor(index, entry, inputs, &editor)
    }
    return write(index, [inputs[1], term], true, entry, &editor)
  }

  private func write(
    _ index: Int, _ terms: [Int32], _ isDifference: Bool, _ old: Operator,
    _ editor: inout GraphEditor
  ) -> Bool {
    let entry = editor.operation(
      isDifference ? .subtract : .add, terms, old.outputs ?? [],
      tag: isDifference ? SubOptions.activation.tag : AddOptions.activation.tag)
    guard let same = editor.with(activation: editor.activation(of: old), entry) else {
      return false
    }
    editor.replace(index, with: same)
    return true
  }

  /// Returns x where the tensor is −x.
  private func negated(_ tensor: Int32, _ editor: GraphEditor) throws -> Int32? {
    guard editor.hasOneReader(tensor), let maker = editor.producer(of: tensor),
      let inputs = maker.entry.inputs
    else { return nil }
    switch editor.kind(of: maker.entry) {
    case .negate: return inputs[0]
    case .subtract where editor.isLinear(maker.entry):
      return try zeroLess(inputs, tensor, editor)
    default: return nil
    }
  }

  private func zeroLess(
    _ inputs: [Int32], _ result: Int32, _ editor: GraphEditor
  ) throws -> Int32? {
    guard inputs.count == 2, try editor.scalar(inputs[0]) == 0,
      editor.haveSameForm(inputs[1], result)
    else { return nil }
    return inputs[1]
  }

  /// a + (−b) · c = a − b · c.
  private func negateFactor(
    _ index: Int, _ entry: Operator, _ inputs: [Int32], _ editor: inout GraphEditor
  ) throws -> Bool {
    for position in [1, 0] where position == 1 || editor.kind(of: entry) == .add {
      guard editor.hasOneReader(inputs[position]),
        let product = editor.producer(of: inputs[position], .multiply),
        editor.isLinear(product.entry), let factors = product.entry.inputs, factors.count == 2
      else { continue }
      for factor in 0..<2 {
        guard let plain = try negated(factors[factor], editor) else { continue }
        var other = product.entry
        other.inputs?[factor] = plain
        editor.replace(product.index, with: other)
        return write(
          index, [inputs[1 - position], inputs[position]], editor.kind(of: entry) == .add, entry,
          &editor)
      }
    }
    return false
  }
}
