import Optimizer
import TFLite

/// Makes resizing by a factor that the target does not have of two by smaller ones, or of copies.
///
/// Between aligned corners, linear interpolation of what linear interpolation made is the same line. Copies are
/// what the nearest neighbour gives for whole factors.
struct ResizeSteps: TargetRule {
  static let name = "resizes"
  static let summary = "resizing by large factors in two steps, and to the nearest into TILE"
  static let isExact = false
  static let kinds: Set<BuiltinOperator> = [.resizeBilinear, .resizeNearest]

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, inputs.count == 2, let result = entry.outputs?.first,
      editor.isFloat(inputs[0]), let sizes = editor.staticShape(inputs[0]), sizes.count == 4,
      let made = editor.staticShape(result), made.count == 4, let options = entry.builtinOptions
    else { return false }
    if editor.kind(of: entry) == .resizeNearest {
      guard options[ResizeNearestNeighbor.alignCorners] != true else { return false }
      return copies(index, inputs[0], sizes, result, made, &editor)
    }
    guard options[ResizeBilinear.alignCorners] == true,
      options[ResizeBilinear.halfPixelCenters] != true
    else { return false }
    return twice(index, inputs[0], sizes, result, made, &editor)
  }

  private func copies(
    _ index: Int, _ source: Int32, _ sizes: [Int], _ result: Int32, _ made: [Int],
    _ editor: inout GraphEditor
  ) -> Bool {
    guard made[1] % sizes[1] == 0, made[2] % sizes[2] == 0, sizes[0] == 1 else { return false }
    var entries: [Operator] = []
    func copied(_ source: Int32, _ shape: [Int], _ times: Int) -> Int32 {
      let flat = editor.addTensor(like: source, shape)
      entries.append(editor.reshape(source, flat, shape))
      guard times > 1 else { return flat }
      let wide = editor.addTensor(like: source, [1, shape[1], times, shape[3]])
      let multiples = editor.addConstant("multiples", [1, 1, times, 1])
      entries.append(editor.operation(.tile, [flat, multiples], [wide]))
      return wide
    }
    let rows = copied(source, [1, sizes[1], 1, sizes[2] * sizes[3]], made[1] / sizes[1])
    let points = copied(rows, [1, made[1] * sizes[2], 1, sizes[3]], made[2] / sizes[2])
    entries.append(editor.reshape(points, result, made))
    editor.replace(index, with: entries)
    return true
  }

  /// By 8 first, and by what is left of the factor.
  private func twice(
    _ index: Int, _ source: Int32, _ sizes: [Int], _ result: Int32, _ made: [Int],
    _ editor: inout GraphEditor
  ) -> Bool {
    let first = 8
    guard sizes[1] > 1, sizes[2] > 1, (made[1] - 1) % (sizes[1] - 1) == 0,
      (made[1] - 1) / (sizes[1] - 1) > first,
      (made[1] - 1) % ((sizes[1] - 1) * first) == 0,
      (made[1] - 1) / (sizes[1] - 1) * (sizes[2] - 1) == made[2] - 1
    else { return false }
    let between = [sizes[0], (sizes[1] - 1) * first + 1, (sizes[2] - 1) * first + 1, sizes[3]]
    let middle = editor.addTensor(like: source, between)
    var steps = [editor.operators[index], editor.operators[index]]
    steps[0].inputs = [source, editor.addConstant("size", [between[1], between[2]])]
    steps[0].outputs = [middle]
    steps[1].inputs?[0] = middle
    editor.replace(index, with: steps)
    return true
  }
}
