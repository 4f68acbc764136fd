import Optimizer
import TFLite

/// Makes SPLIT of SPLIT_V into parts of the same size: more runtimes have it, and it can be quantized where
/// SPLIT_V has an empty part besides.
struct EvenSplits: FixRule {
  static let name = "splits"
  static let summary = "SPLIT_V into parts of the same size into SPLIT"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .splitV, let inputs = entry.inputs, inputs.count == 3,
      var results = entry.outputs, let axes = try editor.integers(inputs[2]), axes.count == 1,
      var widths = try editor.integers(inputs[1]), widths.count == results.count,
      let sizes = editor.dimensions(inputs[0])
    else { return false }
    let axis = axes[0] < 0 ? axes[0] + sizes.count : axes[0]
    guard sizes.indices.contains(axis), sizes[axis] != GraphEditor.unknownSize else {
      return false
    }
    if let rest = widths.firstIndex(of: -1) { widths[rest] = sizes[axis] - widths.reduce(1, +) }
    let kept = results.indices.filter { place in
      widths[place] != 0 || !editor.uses(of: results[place]).isEmpty
        || editor.graph.isOutput[Int(results[place])]
    }
    widths = kept.map { widths[$0] }
    results = kept.map { results[$0] }
    guard let width = widths.first, width > 0, widths.allSatisfy({ $0 == width }),
      width * widths.count == sizes[axis], widths.count > 1
    else { return false }
    let key = OptionKey<Int32>("SplitOptions", "num_splits")
    let along = editor.addConstant("axis", [axis])
    editor.edit(along) { $0.shape = [] }
    var split = editor.operation(.split, [along, inputs[0]], results, tag: key.tag)
    split.builtinOptions?[key] = Int32(results.count)
    editor.replace(index, with: split)
    return true
  }
}
