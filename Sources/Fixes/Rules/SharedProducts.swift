import Optimizer
import TFLite

/// Multiplies all parts of an UNPACK by a matrix at once where each part is multiplied by the same one:
/// the weights are read once, and rows are computed together. Never where a part has another reader.
struct SharedProducts: FixRule {
  static let name = "parts"
  static let summary = "the same FULLY_CONNECTED of all parts of UNPACK into one before it"
  // Kernels add up in another order for several rows.
  static let isExact = false

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard editor.kind(of: entry) == .unpack, let source = entry.inputs?.first,
      let parts = entry.outputs, parts.count > 1, let sizes = editor.dimensions(source),
      sizes.count == 3, sizes[2] != GraphEditor.unknownSize,
      let axis = entry.builtinOptions?[Unpack.axis], axis == 0 || axis == 1,
      let products = products(of: parts, editor), let first = products.first?.entry,
      let shared = first.inputs, let example = first.outputs?.first,
      let units = editor.dimensions(example)?.last,
      let filter = editor.staticShape(shared[1]), filter.last == sizes[2],
      products.allSatisfy({ product in
        product.entry.outputs?.first.map { editor.haveSameForm($0, example) } ?? false
          && editor.dimensions(example)?.count == 2
      })
    else { return false }
    let results = products.compactMap { $0.entry.outputs?.first }
    guard results.count == parts.count else { return false }
    let rows = editor.addTensor(like: example, [sizes[0], sizes[1], units])
    var product = first
    product.inputs?[0] = source
    product.outputs = [rows]
    product.builtinOptions?[FullyConnected.keepNumDims] = true
    guard product.builtinOptions?[FullyConnected.keepNumDims] == true else { return false }
    var unpack = entry
    unpack.inputs = [rows]
    unpack.outputs = results
    editor.replace(index, with: unpack)
    editor.remove(Set(products.map(\.index)))
    editor.insert(product, before: index)
    return true
  }

  /// Returns the products of the parts, in their order, if they are the same operator.
  private func products(
    of parts: [Int32], _ editor: GraphEditor
  ) -> [(index: Int, entry: Operator)]? {
    var found: [(index: Int, entry: Operator)] = []
    for part in parts {
      guard editor.hasOneReader(part), let use = editor.uses(of: part).first, use.operand == 0
      else { return nil }
      let entry = editor.operators[use.operation]
      guard editor.kind(of: entry) == .fullyConnected, entry.outputs?.count == 1,
        editor.isConstant(entry.inputs?[1] ?? -1),
        found.first.map({ isSame($0.entry, entry) }) ?? true
      else { return nil }
      found.append((use.operation, entry))
    }
    return found
  }

  private func isSame(_ a: Operator, _ b: Operator) -> Bool {
    a.opcodeIndex == b.opcodeIndex && a.builtinOptions == b.builtinOptions
      && a.inputs?.dropFirst() == b.inputs?.dropFirst()
  }
}
