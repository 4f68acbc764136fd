import Optimizer
import TFLite

/// Makes normalizations of the reductions and functions that they are defined by.
struct NormalizationParts: TargetRule {
  static let name = "norms"
  static let summary =
    "L2_NORMALIZATION and LOG_SOFTMAX in pieces, SOFTMAX with a factor, and of two values"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.l2Normalization, .logSoftmax, .softmax]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let x = entry.inputs?.first, let result = entry.outputs?.first, editor.isFloat(x),
      let sizes = editor.staticShape(x), let last = sizes.last,
      var chain = Chain(result, &editor)
    else { return false }
    switch editor.kind(of: entry) {
    case .l2Normalization:
      guard entry.builtinOptions?[Self.activation] ?? 0 == FusedFunction.none else { return false }
      // The kernel divides by 1e-6 at least.
      let squares = chain.add(.multiply, [x, x], &editor)
      let sum = chain.reduce(.sum, squares, sizes, &editor)
      let one = Array(sizes.dropLast()) + [1]
      let bounded = chain.add(
        .maximum, [sum, chain.constant(1e-12, &editor)], shape: one, &editor)
      let factor = chain.add(.reciprocalRoot, [bounded], shape: one, &editor)
      chain.end(.multiply, [x, factor], &editor)
    case .logSoftmax:
      let most = chain.reduce(.reduceMax, x, sizes, &editor)
      let shifted = chain.add(.subtract, [x, most], &editor)
      let powers = chain.add(.exponential, [shifted], &editor)
      let sum = chain.reduce(.sum, powers, sizes, &editor)
      let logarithm = chain.add(
        .logarithm, [sum], shape: Array(sizes.dropLast()) + [1], &editor)
      chain.end(.subtract, [shifted, logarithm], &editor)
    default:
      let beta = entry.builtinOptions?[Softmax.beta] ?? 1
      var source = x
      if beta != 1 {
        source = chain.add(.multiply, [x, chain.constant(beta, &editor)], &editor)
      }
      if last == 2 {
        pair(source, sizes, &chain, &editor)
      } else if beta != 1 {
        chain.end(.softmax, [source], tag: Softmax.beta.tag, &editor) {
          $0?[Softmax.beta] = 1
        }
      } else {
        return false
      }
    }
    editor.replace(index, with: chain.entries)
    return true
  }

  private static let activation = OptionKey<Int8>("L2NormOptions", "fused_activation_function")

  /// SOFTMAX of a and b is LOGISTIC of a − b and of b − a.
  private func pair(
    _ x: Int32, _ sizes: [Int], _ chain: inout Chain, _ editor: inout GraphEditor
  ) {
    let (front, half) = (sizes.dropLast(), Array(sizes.dropLast()) + [1])
    let parts = (0...1).map { place in
      let begin = editor.addConstant("begin", front.map { _ in 0 } + [place])
      let size = editor.addConstant("size", half)
      return chain.add(.slice, [x, begin, size], shape: half, &editor)
    }
    let first = chain.add(.subtract, [parts[0], parts[1]], shape: half, &editor)
    let second = chain.add(.subtract, [parts[1], parts[0]], shape: half, &editor)
    let both = chain.add(
      .concatenation, [first, second], tag: Concatenation.axis.tag, &editor
    ) {
      $0?[Concatenation.axis] = Int32(front.count)
    }
    chain.end(.logistic, [both], &editor)
  }
}
