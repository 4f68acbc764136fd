import Optimizer
import TFLite

/// Takes a tensor apart at once where one STRIDED_SLICE after the other takes each index of an axis.
struct SlicesOfAll: FixRule {
  static let name = "slices"
  static let summary = "a STRIDED_SLICE for each index of an axis into one UNPACK"

  /// With fewer the saving is none to speak of.
  private static let leastSlices = 3

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    guard let first = try slice(index, editor), let sizes = editor.staticShape(first.source),
      sizes[first.axis] >= Self.leastSlices
    else { return false }
    var results = [Int32?](repeating: nil, count: sizes[first.axis])
    var places: Set<Int> = []
    for use in editor.uses(of: first.source) {
      guard let other = try slice(use.operation, editor), other.axis == first.axis,
        results[other.index] == nil, editor.haveSameEncoding(other.result, first.source)
      else { continue }
      results[other.index] = other.result
      places.insert(use.operation)
    }
    let all = results.compactMap(\.self)
    guard all.count == results.count else { return false }
    var unpack = editor.operation(
      .unpack, [first.source], all, tag: Unpack.axis.tag)
    unpack.builtinOptions?[Unpack.axis] = Int32(first.axis)
    unpack.builtinOptions?[Unpack.count] = Int32(all.count)
    let place = places.min() ?? index
    editor.replace(place, with: unpack)
    editor.remove(places.subtracting([place]))
    return true
  }

  private struct Slice {
    let source: Int32
    let result: Int32
    let axis: Int
    let index: Int
  }

  /// Returns what a STRIDED_SLICE takes if it is all of one index of an axis, which vanishes.
  private func slice(_ place: Int, _ editor: GraphEditor) throws -> Slice? {
    let entry = editor.operators[place]
    guard editor.kind(of: entry) == .stridedSlice, let inputs = entry.inputs, inputs.count == 4,
      let options = entry.builtinOptions, let sizes = editor.staticShape(inputs[0]),
      let result = entry.outputs?.first, !editor.isConstant(inputs[0]),
      options[StridedSlice.ellipsisMask] == 0, options[StridedSlice.newAxisMask] == 0,
      options[StridedSlice.offset] != true, let shrink = options[StridedSlice.shrinkAxisMask],
      let axis = sizes.indices.first(where: { shrink == 1 << $0 }),
      let begins = try editor.integers(inputs[1]), let steps = try editor.integers(inputs[3]),
      begins.count == sizes.count, steps.allSatisfy({ $0 == 1 }),
      // All of the other axes: what is left has all their elements.
      editor.staticShape(result)
        == sizes.indices.filter({ $0 != axis }).map({ sizes[$0] })
    else { return nil }
    let isFirst = (options[StridedSlice.beginMask] ?? 0) & (1 << axis) != 0
    let begin = isFirst ? 0 : begins[axis] < 0 ? begins[axis] + sizes[axis] : begins[axis]
    guard (0..<sizes[axis]).contains(begin) else { return nil }
    return Slice(source: inputs[0], result: result, axis: axis, index: begin)
  }
}
