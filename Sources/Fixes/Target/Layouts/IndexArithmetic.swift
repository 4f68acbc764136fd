import TFLite

/// Computes places in a table as floats, which hold them exactly, where the target has no integers for it.
/// Never other integers, which can be larger.
struct IndexArithmetic: TargetRule {
  static let name = "indices"
  static let summary = "RESHAPE and ADD of places in a table into the same of floats, between CASTs"
  static let kinds: Set<BuiltinOperator> = [.reshape, .add]

  /// Every integer up to this is a float32.
  static let mostExact = 1 << 24

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    let entry = editor.operators[index]
    guard let inputs = entry.inputs, let result = entry.outputs?.first,
      editor.tensor(result).type == .int32, editor.isLinear(entry),
      let made = editor.staticShape(result)
    else { return false }
    let operands = editor.kind(of: entry) == .reshape ? Array(inputs.prefix(1)) : inputs
    guard operands.allSatisfy({ $0 >= 0 && editor.tensor($0).type == .int32 }),
      namesPlaces(result, editor) || operands.contains(where: { isPlace($0, editor) })
    else { return false }
    var constants: [Int32] = []
    for operand in operands where editor.isConstant(operand) {
      guard let values = try editor.integers(operand),
        values.allSatisfy({ abs($0) < Self.mostExact }),
        let sizes = editor.staticShape(operand)
      else { return false }
      constants.append(editor.addConstant("places", sizes, values.map { Float($0) }))
    }
    guard let own = editor.staticShape(operands[0]) else { return false }
    var float = entry
    float.inputs = inputs
    for (position, operand) in operands.enumerated() where editor.isConstant(operand) {
      float.inputs?[position] = constants.removeFirst()
    }
    let entries = Self.asFloats(
      float, operands.filter { !editor.isConstant($0) }, own, made, &editor)
    editor.replace(index, with: entries)
    return true
  }

  /// Whether every element names a row of a table, or only those that something selects.
  private func namesPlaces(_ tensor: Int32, _ editor: GraphEditor) -> Bool {
    if isPlace(tensor, editor) { return true }
    let uses = editor.uses(of: tensor)
    return !uses.isEmpty && editor.isInner(tensor)
      && uses.allSatisfy { use in
        let entry = editor.operators[use.operation]
        guard [.select, .selectV2].contains(editor.kind(of: entry)), use.operand > 0,
          let chosen = entry.outputs?.first
        else { return false }
        return isPlace(chosen, editor)
      }
  }

  private func isPlace(_ tensor: Int32, _ editor: GraphEditor) -> Bool {
    editor.uses(of: tensor).contains { use in
      let entry = editor.operators[use.operation]
      let table: Int32?
      switch (editor.kind(of: entry), use.operand) {
      case (.gather, 1): table = entry.inputs?.first
      case (.embedding, 0): table = entry.inputs?.last
      default: table = nil
      }
      return table.flatMap { editor.staticShape($0) }?.allSatisfy { $0 <= Self.mostExact } == true
    }
  }

  /// Returns an operator on floats with CAST around it. `sources` are its operands that are no constants.
  static func asFloats(
    _ entry: Operator, _ sources: [Int32], _ own: [Int], _ made: [Int],
    _ editor: inout GraphEditor
  ) -> [Operator] {
    var entry = entry
    var entries: [Operator] = []
    for source in sources {
      let float = editor.addTensor(like: source, editor.staticShape(source) ?? own)
      editor.edit(float) { $0.type = .float32 }
      entries.append(editor.operation(.cast, [source], [float]))
      entry.inputs = entry.inputs?.map { $0 == source ? float : $0 }
    }
    guard let result = entry.outputs?.first else { return entries }
    let float = editor.addTensor(like: result, made)
    editor.edit(float) { $0.type = .float32 }
    entry.outputs = [float]
    return entries + [entry, editor.operation(.cast, [float], [result])]
  }
}
