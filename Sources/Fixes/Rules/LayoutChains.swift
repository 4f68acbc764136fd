import Optimizer
import TFLite

/// Replaces a chain of RESHAPE, TRANSPOSE, SQUEEZE and EXPAND_DIMS by the fewest operators with the same
/// effect: none, a RESHAPE, or a TRANSPOSE with a RESHAPE at most on each side. A TRANSPOSE that leaves
/// the order of elements becomes a RESHAPE, which moves nothing.
struct LayoutChains: FixRule {
  static let name = "layout"
  static let summary =
    "chains of RESHAPE, TRANSPOSE, SQUEEZE and EXPAND_DIMS into the shortest ones"

  func rewrite(_ index: Int, _ editor: inout GraphEditor) throws -> Bool {
    guard let last = editor.operators[index].outputs?.first, isLayout(index, editor),
      !editor.uses(of: last).isEmpty || editor.graph.isOutput[Int(last)]
    else { return false }
    var chain = [index]
    var best: (links: Int, moves: [AxisOrder.Move])?
    while true {
      if let moves = try moves(of: chain, editor), isBetter(moves, than: chain, editor) {
        best = (chain.count, moves)
      }
      guard let source = editor.operators[chain[chain.count - 1]].inputs?.first,
        let maker = editor.producer(of: source), isLayout(maker.index, editor),
        editor.haveSameEncoding(source, last), chain.count < 16
      else { break }
      chain.append(maker.index)
    }
    guard let best else { return false }
    return write(best.moves, Array(chain.prefix(best.links)), &editor)
  }

  private func isLayout(_ index: Int, _ editor: GraphEditor) -> Bool {
    let entry = editor.operators[index]
    guard BuiltinOperator.layouts.contains(editor.kind(of: entry)), entry.outputs?.count == 1,
      let source = entry.inputs?.first, source >= 0, let result = entry.outputs?.first
    else { return false }
    let quantization = editor.tensor(result).quantization
    return editor.haveSameEncoding(source, result) && (quantization?.scale?.count ?? 0) <= 1
      && quantization?.details == nil && editor.tensor(result).type != .string
  }

  /// `chain` begins with the last operator.
  private func moves(of chain: [Int], _ editor: GraphEditor) throws -> [AxisOrder.Move]? {
    guard let source = editor.operators[chain[chain.count - 1]].inputs?.first else { return nil }
    return try editor.axisOrder(along: chain.reversed(), from: source)?.moves
  }

  /// The greatest rank that XNNPACK transposes.
  private static let mostAxes = 6

  private func isBetter(
    _ moves: [AxisOrder.Move], than chain: [Int], _ editor: GraphEditor
  ) -> Bool {
    // Operators that something else reads too stay.
    var gone = 1
    for link in chain.dropFirst() {
      guard let result = editor.operators[link].outputs?.first, editor.hasOneReader(result) else {
        break
      }
      gone += 1
    }
    var transposes = 0
    for case .transpose(let order, _) in moves {
      transposes += 1
      if order.count > Self.mostAxes { return false }
    }
    let before = chain.prefix(gone).count { editor.kind($0) == .transpose }
    return moves.count < gone || moves.count == gone && transposes < before
  }

  private func write(
    _ moves: [AxisOrder.Move], _ chain: [Int], _ editor: inout GraphEditor
  ) -> Bool {
    guard let source = editor.operators[chain[chain.count - 1]].inputs?.first else { return false }
    return Self.write(moves, from: source, chain[0], &editor)
  }

  /// Puts the moves in the place of the operator at `index`.
  static func write(
    _ moves: [AxisOrder.Move], from source: Int32, _ index: Int, _ editor: inout GraphEditor
  ) -> Bool {
    guard let result = editor.operators[index].outputs?.first else { return false }
    guard let final = moves.last else { return editor.bypass(index, from: result, to: source) }
    var read = source
    var entries: [Operator] = []
    for move in moves.dropLast() {
      let made = editor.addTensor(like: result, move.sizes)
      entries.append(operation(move, read, made, &editor))
      read = made
    }
    entries.append(operation(final, read, result, &editor))
    editor.replace(index, with: entries)
    return true
  }

  private static func operation(
    _ move: AxisOrder.Move, _ source: Int32, _ result: Int32, _ editor: inout GraphEditor
  ) -> Operator {
    switch move {
    case .reshape(let sizes): return editor.reshape(source, result, sizes)
    case .transpose(let order, _):
      let axes = editor.addConstant("axes", order)
      return editor.operation(.transpose, [source, axes], [result])
    }
  }
}

extension AxisOrder.Move {
  var sizes: [Int] {
    switch self {
    case .reshape(let sizes): sizes
    case .transpose(_, let sizes): sizes
    }
  }
}

extension GraphEditor {
  /// Returns a RESHAPE; one of `sizes` may be `unknownSize`.
  mutating func reshape(_ source: Int32, _ result: Int32, _ sizes: [Int]) -> Operator {
    let shape = addConstant("shape", sizes.map { $0 == Self.unknownSize ? -1 : $0 })
    return operation(.reshape, [source, shape], [result], tag: Reshape.newShape.tag)
  }
}
