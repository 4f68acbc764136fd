import KernelTable
import TFLite

extension OpKernel {
  /// y = x · w over the last two axes, each transposed first where the option says so; the axes
  /// before are broadcast. An int8 right operand under a float left one is hybrid.
  static let batchMatMul = OpKernel { preparation in
    let left = try preparation.input(0)
    let right = try preparation.input(1)
    let output = try preparation.output()
    try preparation.require(
      left.rank >= 2 && right.rank >= 2,
      "the operands have \(left.rank) and \(right.rank) dimensions, expected 2 or more")
    let isLeftTransposed = preparation.option(BatchMatMul.adjointX)
    let isRightTransposed = preparation.option(BatchMatMul.adjointY)
    let rows = left.size(isLeftTransposed ? -1 : -2)
    let depth = left.size(isLeftTransposed ? -2 : -1)
    let columns = right.size(isRightTransposed ? -2 : -1)
    try preparation.require(
      right.size(isRightTransposed ? -1 : -2) == depth,
      "shapes \(left.shape) and \(right.shape) do not multiply")
    let batches = try BatchPairs(left.shape.dropLast(2), right.shape.dropLast(2))
    try preparation.setShape(batches.shape + [rows, columns])
    guard output.count > 0 else { return [] }
    if left.integerKind != nil {
      return try IntegerBatchMatMul(
        operands: IntegerOperands(
          preparation, input: left, filterIndex: 1, biasIndex: -1, channels: columns,
          activation: 0, rule: .matrices),
        rows: rows, depth: depth, columns: columns, isLeftTransposed: isLeftTransposed,
        isRightTransposed: isRightTransposed
      ).stages(preparation, batches)
    }
    try preparation.requireType(left, .float32, what: "the left operand")
    try preparation.requireType(right, .float32, .int8, what: "the right operand")
    try preparation.requireType(output, .float32, what: "the output")
    var stages: [Stage] = []
    var source = { UnsafeRawPointer(left.base) }
    if isLeftTransposed {
      let memory = preparation.scratch(bytes: left.byteCount)
      stages.append(transposition(left, memory, rows: rows, depth: depth))
      source = { UnsafeRawPointer(memory.base) }
    }
    let rounding =
      right.type == .int8
      ? HybridRows(
        preparation, left, rows: left.count / max(depth, 1), depth: depth,
        isAsymmetric: preparation.option(BatchMatMul.asymmetricInputs), source: source)
      : nil
    if let rounding {
      stages += rounding.stages
      source = rounding.pointer
    }
    let part = ProductWeights.Part(
      columns: columns, runs: [0], runSteps: depth,
      columnStride: isRightTransposed ? depth : 1, stepStride: isRightTransposed ? 1 : columns)
    stages += try products(preparation, batches, part, rows: rows, depth: depth, left: source)
    if let rounding {
      stages.append(
        rounding.finish(
          output, columns: columns, weights: right, bias: nil, .none,
          multipliesScalesFirst: true))
    }
    return stages
  }

  private static func transposition(
    _ value: Value, _ memory: Scratch, rows: Int, depth: Int
  ) -> Stage {
    .once {
      let size = rows &* depth
      for batch in 0..<value.count / max(size, 1) {
        let source = value.floats + batch &* size
        let target = memory.floats() + batch &* size
        for row in 0..<rows {
          for k in 0..<depth { target[row &* depth &+ k] = source[k &* rows &+ row] }
        }
      }
    }
  }

  /// Returns the stages of one product for each pair of matrices. Equal right operands are packed
  /// once.
  private static func products(
    _ preparation: Preparation, _ batches: BatchPairs, _ part: ProductWeights.Part, rows: Int,
    depth: Int, left: @escaping () -> UnsafeRawPointer
  ) throws -> [Stage] {
    let output = try preparation.output()
    let size = part.columns * depth
    let parts = (0..<batches.rightCount).map { batch in
      var part = part
      part.runs = [batch * size]
      return part
    }
    let weights = try ProductWeights(
      preparation, filterIndex: 1, biasIndex: -1, parts: parts)
    return weights.stages
      + batches.pairs.enumerated().map { index, pair in
        ProductRows(
          kernels: preparation.kernels, rows: rows, depth: depth,
          weights: weights.parts[pair.right], activation: FusedActivation.none
        ).stage(
          preparation, input: { left() + pair.left &* rows &* depth &* 4 },
          output: { output.floats + index &* rows &* part.columns })
      }
  }
}

/// The pairs of matrices that are multiplied in a batched product.
struct BatchPairs {
  let shape: [Int]
  /// The indices of both matrices of each pair, in the order of the output.
  let pairs: [(left: Int, right: Int)]
  let rightCount: Int

  init(_ left: ArraySlice<Int>, _ right: ArraySlice<Int>) throws {
    let rank = max(left.count, right.count)
    let a = Array(repeating: 1, count: rank - left.count) + left
    let b = Array(repeating: 1, count: rank - right.count) + right
    for (x, y) in zip(a, b) where x != y && x != 1 && y != 1 {
      throw OperatorFault.invalid("batches of shapes \(left) and \(right) do not combine")
    }
    shape = zip(a, b).map { $0 == 1 ? $1 : $0 }
    rightCount = b.reduce(1, *)
    var pairs = [(left: 0, right: 0)]
    for axis in 0..<rank {
      pairs = pairs.flatMap { pair in
        (0..<(a[axis] == 1 ? b[axis] : a[axis])).map { index in
          (
            left: pair.left * a[axis] + (a[axis] == 1 ? 0 : index),
            right: pair.right * b[axis] + (b[axis] == 1 ? 0 : index)
          )
        }
      }
    }
    self.pairs = pairs
  }
}
