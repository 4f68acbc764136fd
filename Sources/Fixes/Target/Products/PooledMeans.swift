import Optimizer
import TFLite

/// Makes AVERAGE_POOL_2D of MEAN over height and width, and MEAN of a pool over the whole image.
struct PooledMeans: TargetRule {
  static let name = "means"
  static let summary = "MEAN over height and width into AVERAGE_POOL_2D, or the reverse"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.mean, .averagePool]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let source = entry.inputs?.first, let result = entry.outputs?.first,
      editor.isFloat(source), let sizes = editor.staticShape(source), sizes.count == 4,
      let made = editor.staticShape(result)
    else { return false }
    let one = [sizes[0], 1, 1, sizes[3]]
    if editor.kind(of: entry) == .averagePool {
      guard made == one, let options = entry.builtinOptions,
        options[Pool2D.activation] ?? 0 == FusedFunction.none,
        options[Pool2D.filterH] == Int32(sizes[1]), options[Pool2D.filterW] == Int32(sizes[2])
      else { return false }
      let axes = editor.addConstant("axes", [1, 2])
      var mean = editor.operation(.mean, [source, axes], [result], tag: Reducer.keepDims.tag)
      mean.builtinOptions?[Reducer.keepDims] = true
      editor.replace(index, with: mean)
      return true
    }
    guard let inputs = entry.inputs, inputs.count == 2, let axes = try editor.integers(inputs[1]),
      Set(axes.map { $0 < 0 ? $0 + 4 : $0 }) == [1, 2]
    else { return false }
    let pooled = made == one ? result : editor.addTensor(like: result, one)
    var pool = editor.operation(.averagePool, [source], [pooled], tag: Pool2D.padding.tag)
    pool.builtinOptions?[Pool2D.padding] = 1
    pool.builtinOptions?[Pool2D.strideH] = 1
    pool.builtinOptions?[Pool2D.strideW] = 1
    pool.builtinOptions?[Pool2D.filterH] = Int32(sizes[1])
    pool.builtinOptions?[Pool2D.filterW] = Int32(sizes[2])
    editor.replace(
      index, with: [pool] + (pooled == result ? [] : [editor.reshape(pooled, result, made)]))
    return true
  }
}
