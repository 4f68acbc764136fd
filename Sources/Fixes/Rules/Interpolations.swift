import Optimizer
import TFLite

/// Computes z · a + (1 − z) · b, the update of a gated recurrent unit, as b + z · (a − b).
struct Interpolations: FixRule {
  static let name = "interpolations"
  static let summary = "z · a + (1 − z) · b, as in gated units, with one operator less"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let sum = editor.operators[index]
    guard editor.kind(of: sum) == .add, editor.isLinear(sum), let inputs = sum.inputs,
      inputs.count == 2, let result = sum.outputs?.first, editor.isFloat(result),
      let first = factors(inputs[0], editor), let second = factors(inputs[1], editor)
    else { return false }
    for (plain, weighted) in [(first, second), (second, first)] {
      for place in 0..<2 {
        let complement = weighted.operands[place]
        let b = weighted.operands[1 - place]
        guard let z = try complemented(complement, editor),
          let position = plain.operands.firstIndex(of: z)
        else { continue }
        let a = plain.operands[1 - position]
        guard [a, b, z].allSatisfy({ editor.haveSameForm($0, result) }), a != z else { continue }
        return write(index, sum, (z, a, b), (plain.index, weighted.index), &editor)
      }
    }
    return false
  }

  private func factors(
    _ tensor: Int32, _ editor: GraphEditor
  ) -> (index: Int, operands: [Int32])? {
    guard editor.hasOneReader(tensor), let product = editor.producer(of: tensor, .multiply),
      editor.isLinear(product.entry), let inputs = product.entry.inputs, inputs.count == 2
    else { return nil }
    return (product.index, inputs)
  }

  /// Returns z where the tensor is 1 − z.
  private func complemented(_ tensor: Int32, _ editor: GraphEditor) throws -> Int32? {
    guard editor.hasOneReader(tensor), let maker = editor.producer(of: tensor, .subtract),
      editor.isLinear(maker.entry), let inputs = maker.entry.inputs, inputs.count == 2,
      try editor.scalar(inputs[0]) == 1
    else { return nil }
    return inputs[1]
  }

  private func write(
    _ index: Int, _ sum: Operator, _ operands: (z: Int32, a: Int32, b: Int32),
    _ products: (plain: Int, weighted: Int), _ editor: inout GraphEditor
  ) -> Bool {
    guard let result = sum.outputs?.first, let sizes = editor.dimensions(result) else {
      return false
    }
    let difference = editor.addTensor(like: result, sizes)
    let product = editor.addTensor(like: result, sizes)
    let subtraction = editor.operation(
      .subtract, [operands.a, operands.b], [difference], tag: SubOptions.activation.tag)
    let multiplication = editor.operation(
      .multiply, [operands.z, difference], [product], tag: MulOptions.activation.tag)
    var final = sum
    final.inputs = [operands.b, product]
    editor.replace(index, with: final)
    editor.insert(multiplication, before: index)
    editor.insert(subtraction, before: index)
    return true
  }
}
