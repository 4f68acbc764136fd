import Interpreter
import OpSet
import Optimizer
import TFLite

/// Computes operators whose operands are all constants, and shapes that are known. Never where the
/// result takes more bytes than what it replaces, and never decodes a stored constant.
struct FoldedOperators: FixRule {
  static let name = "constants"
  static let summary = "compute what follows from constants and known shapes"

  /// An operator, its result and its options take this many bytes of a file at least: the tables alone
  /// of an operator and a tensor without a name.
  private static let operatorBytes = 96

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    try fold(index, mayGrow: false, &editor)
  }

  func fold(_ index: Int, mayGrow: Bool, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, !inputs.isEmpty, let result = entry.outputs?.first,
      result >= 0, editor.isPure(entry)
    else { return false }
    if mayGrow, entry.outputs?.count != 1 { return try foldAll(index, &editor) }
    guard entry.outputs?.count == 1, !editor.graph.isOutput[Int(result)],
      !editor.uses(of: result).isEmpty
    else { return false }
    let kind = editor.kind(of: entry)
    if kind == .shape { return foldShape(index, inputs[0], result, &editor) }
    guard !kind.isDecoder, let sizes = editor.staticShape(result),
      inputs.allSatisfy({ $0 < 0 || isFoldable($0, editor) }), inputs.contains(where: { $0 >= 0 })
    else { return false }
    let type = editor.tensor(result).type
    guard let bytes = type.byteCount(elements: sizes.reduce(1, *)), type != .string,
      mayGrow || bytes <= freed(inputs, editor) + Self.operatorBytes,
      let value = try values(of: entry, [result], editor)?.first, value.shape == sizes,
      value.bytes.count == bytes
    else { return false }
    store(value.bytes, in: result, of: index, &editor)
    return true
  }

  /// Computes an operator with several results.
  private func foldAll(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let results = entry.outputs, !editor.kind(of: entry).isDecoder,
      results.allSatisfy({ $0 >= 0 && !editor.graph.isOutput[Int($0)] }),
      (entry.inputs ?? []).allSatisfy({ $0 < 0 || isFoldable($0, editor) }),
      let values = try values(of: entry, results, editor), values.count == results.count,
      zip(values, results).allSatisfy({ $0.shape == editor.staticShape($1) })
    else { return false }
    for (value, result) in zip(values, results) {
      store(value.bytes, in: result, of: index, &editor)
    }
    return true
  }

  private func isFoldable(_ tensor: Int32, _ editor: GraphEditor) -> Bool {
    editor.isConstant(tensor) && !editor.job.decoded.contains(editor.id(tensor))
      && editor.tensor(tensor).sparsity == nil && editor.tensor(tensor).type != .string
  }

  /// Bytes of constants that only this operator reads.
  private func freed(_ inputs: [Int32], _ editor: GraphEditor) -> Int {
    Set(inputs.filter { $0 >= 0 }).reduce(0) { total, tensor in
      let isOnly = Set(editor.uses(of: tensor).map(\.operation)).count == 1
      return total + (isOnly ? editor.model.data(of: editor.id(tensor))?.count ?? 0 : 0)
    }
  }

  private func foldShape(
    _ index: Int, _ source: Int32, _ result: Int32, _ editor: inout GraphEditor
  ) -> Bool {
    // A shape that a caller may change is not known.
    guard let sizes = editor.staticShape(source), !editor.model.hasFreeSizes(editor.subgraph),
      [.int32, .int64].contains(editor.tensor(result).type)
    else { return false }
    let isWide = editor.tensor(result).type == .int64
    let bytes = sizes.flatMap { size in
      isWide
        ? withUnsafeBytes(of: Int64(size).littleEndian) { Array($0) }
        : withUnsafeBytes(of: Int32(size).littleEndian) { Array($0) }
    }
    store(bytes, in: result, of: index, &editor)
    return true
  }

  private func store(
    _ bytes: [UInt8], in result: Int32, of index: Int, _ editor: inout GraphEditor
  ) {
    let tensor = editor.tensor(result)
    let constant = editor.addConstant(
      tensor.label, tensor.type, (tensor.shape ?? []).map(Int.init), bytes)
    editor.edit(constant) { $0.quantization = tensor.quantization }
    editor.redirect(editor.uses(of: result), to: constant)
  }

  /// Returns the operator's results, computed by the interpreter on a model of this operator alone.
  private func values(
    of entry: Operator, _ results: [Int32], _ editor: GraphEditor
  ) throws -> [DenseArray]? {
    var model = editor.model
    model.subgraphs = [editor.model.subgraphs[editor.subgraph]]
    model.signatures = []
    model.subgraphs[0].operators = [entry]
    model.subgraphs[0].inputs = []
    model.subgraphs[0].outputs = results
    var options = editor.job.interpreter
    options.signature = nil
    do {
      let interpreter = try Interpreter(editor.job.file.with(model), options: options)
      return try interpreter.run([])
    } catch is InterpreterFault {
      return nil
    } catch is OperatorFault {
      return nil
    }
  }
}

extension Model {
  /// Whether an input of the subgraph has a size that a caller chooses.
  func hasFreeSizes(_ subgraph: Int) -> Bool {
    (subgraphs[subgraph].inputs ?? []).contains { tensor in
      tensor >= 0
        && subgraphs[subgraph].tensors[Int(tensor)].shapeSignature?.contains { $0 < 0 } == true
    }
  }
}
