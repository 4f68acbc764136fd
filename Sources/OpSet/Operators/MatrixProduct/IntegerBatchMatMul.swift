import KernelTable
import TFLite

/// Batched products of integer matrices, each transposed first where asked for.
struct IntegerBatchMatMul {
  let operands: IntegerOperands
  let rows: Int
  let depth: Int
  let columns: Int
  let isLeftTransposed: Bool
  let isRightTransposed: Bool

  func stages(_ preparation: Preparation, _ batches: BatchPairs) throws -> [Stage] {
    guard operands.input.type != .int16 else { return [wide(batches)] }
    var stages: [Stage] = []
    let left = operands.input
    var source = { UnsafeRawPointer(left.base) }
    if isLeftTransposed {
      let memory = preparation.scratch(bytes: left.byteCount)
      stages.append(transposition(memory))
      source = { UnsafeRawPointer(memory.base) }
    }
    let size = columns * depth
    let weights = try IntegerWeights(
      preparation, filterIndex: 1, operands,
      parts: (0..<batches.rightCount).map { batch in
        .init(
          columns: columns, runs: [batch * size], runSteps: depth,
          columnStride: isRightTransposed ? depth : 1, stepStride: isRightTransposed ? 1 : columns)
      })
    stages += weights.stages
    let output = operands.output
    for (index, pair) in batches.pairs.enumerated() {
      let product = try operands.rowProduct(
        rows: rows, depth: depth, weights.parts[pair.right])
      let (from, to) = (pair.left * rows * depth, index * rows * columns)
      stages.append(
        product.stage(preparation, input: { source() + from }, output: { output.base + to }))
    }
    return stages
  }

  /// Only 8-bit matrices are transposed: int16 matrices are not packed.
  private func transposition(_ memory: Scratch) -> Stage {
    let (left, rows, depth) = (operands.input, rows, depth)
    return .once {
      let size = rows &* depth
      let target = memory.base.assumingMemoryBound(to: Int8.self)
      for batch in 0..<left.count / max(size, 1) {
        let source = left.pointer(Int8.self) + batch &* size
        for row in 0..<rows {
          for k in 0..<depth {
            target[batch &* size &+ row &* depth &+ k] = source[k &* rows &+ row]
          }
        }
      }
    }
  }

  /// Sums in int64: a pair of products of int16 values can overflow int32.
  private func wide(_ batches: BatchPairs) -> Stage {
    let lines = batches.pairs.count * rows
    let this = self
    let pairs = batches.pairs
    let rescaling = operands.rescaling
    return .each(of: lines, operations: lines * columns * depth) { line, _ in
      let pair = pairs[line / this.rows]
      for column in 0..<this.columns {
        let sum = this.sum(pair, line % this.rows, column)
        rescaling.store(
          sum, column, this.operands.output.base, line &* this.columns &+ column)
      }
    }
  }

  private func sum(_ pair: (left: Int, right: Int), _ row: Int, _ column: Int) -> Int64 {
    let left = operands.input.pointer(Int16.self) + pair.left &* rows &* depth
    let right = operands.filter.pointer(Int16.self) + pair.right &* columns &* depth
    let (a, aStep) = isLeftTransposed ? (left + row, rows) : (left + row &* depth, 1)
    let (b, bStep) = isRightTransposed ? (right + column &* depth, 1) : (right + column, columns)
    var sum: Int64 = 0
    for k in 0..<depth { sum &+= Int64(Int32(a[k &* aStep]) &* Int32(b[k &* bStep])) }
    return sum
  }
}
