import Optimizer
import TFLite

/// Joins two additions or two multiplications with constants, one behind the other, and a NEG with a
/// multiplication by a constant. Never where the first result has other readers.
struct ConstantChains: FixRule {
  static let name = "chains"
  static let summary = "additions or multiplications with constants in a row into one"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let outer = editor.operators[index]
    guard let last = try constantTerm(outer, editor), editor.hasOneReader(last.other),
      let maker = editor.producer(of: last.other), editor.isLinear(maker.entry),
      let result = outer.outputs?.first, editor.haveSameForm(last.other, result)
    else { return false }
    let kind = editor.kind(of: outer)
    if kind == .multiply, editor.kind(of: maker.entry) == .negate,
      let source = maker.entry.inputs?.first
    {
      return write(index, outer, last, source, last.values.map { -$0 }, &editor)
    }
    guard editor.kind(of: maker.entry) == kind,
      let first = try constantTerm(maker.entry, editor),
      editor.haveSameForm(first.other, last.other),
      let values = joined(first, last, kind)
    else { return false }
    return write(index, outer, last, first.other, values, &editor)
  }

  private struct Term {
    let position: Int
    let shape: [Int]
    let values: [Float]
    let other: Int32
  }

  /// A limit on constants that are worth computing with.
  private static let mostElements = 1 << 16

  private func constantTerm(_ entry: Operator, _ editor: GraphEditor) throws -> Term? {
    guard [.add, .multiply].contains(editor.kind(of: entry)), let inputs = entry.inputs,
      inputs.count == 2
    else { return nil }
    for position in [1, 0] {
      let constant = inputs[position]
      guard editor.isPlain(constant), inputs[1 - position] >= 0,
        !editor.isConstant(inputs[1 - position]), let shape = editor.staticShape(constant),
        shape.reduce(1, *) <= Self.mostElements, let values = try editor.floats(constant)
      else { continue }
      return Term(
        position: position, shape: shape, values: values, other: inputs[1 - position])
    }
    return nil
  }

  private func joined(_ a: Term, _ b: Term, _ kind: BuiltinOperator) -> [Float]? {
    guard b.values.count == a.values.count && a.shape == b.shape || a.values.count == 1 else {
      return nil
    }
    return b.values.indices.map { index in
      let first = a.values.count == 1 ? a.values[0] : a.values[index]
      return kind == .add ? first + b.values[index] : first * b.values[index]
    }
  }

  private func write(
    _ index: Int, _ outer: Operator, _ last: Term, _ source: Int32, _ values: [Float],
    _ editor: inout GraphEditor
  ) -> Bool {
    var entry = outer
    entry.inputs?[last.position] = editor.addConstant("joined", last.shape, values)
    entry.inputs?[1 - last.position] = source
    editor.replace(index, with: entry)
    return true
  }
}
