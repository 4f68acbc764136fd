import Optimizer
import TFLite

/// Makes HARD_SWISH and GELU of the operators that compute them in pieces. XNNPACK has both.
struct WholeFunctions: FixRule {
  static let name = "functions"
  static let summary = "HARD_SWISH and GELU in pieces into one operator"
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard [.multiply, .divide].contains(editor.kind(of: entry)), editor.isLinear(entry),
      let result = entry.outputs?.first, editor.isFloat(result),
      let product = try Factors(result, editor)
    else { return false }
    if let x = try hardSwish(product, editor), editor.haveSameForm(x, result) {
      let function = editor.operation(.hardSwish, [x], [result])
      editor.replace(index, with: function)
      return true
    }
    guard let x = try gelu(product, editor), editor.haveSameForm(x, result) else { return false }
    var function = editor.operation(.gelu, [x], [result], tag: Gelu.approximate.tag)
    function.builtinOptions?[Gelu.approximate] = true
    editor.replace(index, with: function)
    return true
  }

  /// x · RELU6(x + 3) ÷ 6.
  private func hardSwish(_ product: Factors, _ editor: GraphEditor) throws -> Int32? {
    guard product.terms.count == 2, isNear(product.constant, 1 / 6) else { return nil }
    for (x, other) in [(product.terms[0], product.terms[1]), (product.terms[1], product.terms[0])] {
      guard editor.hasOneReader(other), var sum = editor.producer(of: other) else { continue }
      var code = editor.activation(of: sum.entry)
      if editor.kind(of: sum.entry) == .relu6, let inner = sum.entry.inputs?.first,
        editor.hasOneReader(inner), let found = editor.producer(of: inner)
      {
        (sum, code) = (found, 3)
      }
      guard code == 3, editor.kind(of: sum.entry) == .add,
        try addend(of: x, sum.entry, editor) == 3
      else { continue }
      return x
    }
    return nil
  }

  /// 0.5 · x · (1 + tanh(√(2 ÷ π) · (x + 0.044715 · x³))).
  private func gelu(_ product: Factors, _ editor: GraphEditor) throws -> Int32? {
    guard product.terms.count == 2, isNear(product.constant, 0.5) else { return nil }
    for (x, other) in [(product.terms[0], product.terms[1]), (product.terms[1], product.terms[0])] {
      guard editor.hasOneReader(other), let sum = editor.producer(of: other, .add),
        editor.isLinear(sum.entry), let inputs = sum.entry.inputs, inputs.count == 2
      else { continue }
      for (one, tanh) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        guard try editor.scalar(one) == 1, editor.hasOneReader(tanh),
          let inner = editor.producer(of: tanh, .tanh)?.entry.inputs?.first,
          try isCubic(inner, of: x, editor)
        else { continue }
        return x
      }
    }
    return nil
  }

  /// Whether the tensor is √(2 ÷ π) · (x + 0.044715 · x³).
  private func isCubic(_ tensor: Int32, of x: Int32, _ editor: GraphEditor) throws -> Bool {
    guard editor.hasOneReader(tensor), let outer = try Factors(tensor, editor),
      outer.terms.count == 1, isNear(outer.constant, 0.797_884_56),
      editor.hasOneReader(outer.terms[0]), let sum = editor.producer(of: outer.terms[0], .add),
      editor.isLinear(sum.entry), let inputs = sum.entry.inputs, inputs.count == 2,
      let position = inputs.firstIndex(of: x), let cube = try Factors(inputs[1 - position], editor)
    else { return false }
    return isNear(cube.constant, 0.044_715) && cube.terms == [x, x, x]
  }

  private func addend(of x: Int32, _ entry: Operator, _ editor: GraphEditor) throws -> Float? {
    guard let inputs = entry.inputs, inputs.count == 2, let position = inputs.firstIndex(of: x)
    else { return nil }
    return try editor.scalar(inputs[1 - position])
  }

  /// Constants are written with few digits, or rounded to float16.
  private func isNear(_ value: Double, _ wanted: Double) -> Bool {
    abs(value - wanted) <= 1e-6 * wanted
  }
}

/// A product of several tensors and constants, taken apart.
struct Factors {
  private(set) var terms: [Int32] = []
  private(set) var constant = 1.0

  /// Returns nil for a tensor that is no product.
  init?(_ tensor: Int32, _ editor: GraphEditor) throws {
    guard try add(tensor, editor, isOuter: true) else { return nil }
  }

  private mutating func add(_ tensor: Int32, _ editor: GraphEditor, isOuter: Bool) throws -> Bool {
    if let value = try editor.scalar(tensor) {
      constant *= Double(value)
      return true
    }
    guard isOuter || editor.hasOneReader(tensor), let maker = editor.producer(of: tensor),
      let inputs = maker.entry.inputs, editor.isLinear(maker.entry), terms.count < 4
    else { return append(tensor, isOuter) }
    switch editor.kind(of: maker.entry) {
    case .multiply where inputs.count == 2:
      return try add(inputs[0], editor, isOuter: false) && add(inputs[1], editor, isOuter: false)
    case .divide where inputs.count == 2:
      guard let value = try editor.scalar(inputs[1]), value != 0 else {
        return append(tensor, isOuter)
      }
      constant /= Double(value)
      return try add(inputs[0], editor, isOuter: false)
    case .square:
      terms += [inputs[0], inputs[0]]
      return true
    default: return append(tensor, isOuter)
    }
  }

  private mutating func append(_ tensor: Int32, _ isOuter: Bool) -> Bool {
    guard !isOuter else { return false }
    terms.append(tensor)
    return true
  }
}
