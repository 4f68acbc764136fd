/// A broadcast of a short row against each row of a whole operand: biases, scales, or PRELU's alpha
/// of each channel.
///
/// To start a run as short as the row would cost more than to compute it. So scratch memory repeats
/// the row, and runs are as long as the repeated row.
struct RepeatedRow {
  /// 0 or 1.
  let operand: Int
  let row: Int
  let rows: Int
  /// Rows side by side in the scratch memory.
  let copies: Int

  /// Elements of a run, about.
  private static let target = 1024

  /// Returns nil where the operands do not meet in this way.
  init?(_ plan: BroadcastPlan) {
    guard let (rows, strides) = plan.onlyOuterDimension, plan.run < Self.target / 2,
      plan.run > 1, rows > 1, plan.steps[0] == 1, plan.steps[1] == 1
    else { return nil }
    if strides[0] == 0, strides[1] == plan.run {
      operand = 0
    } else if strides[1] == 0, strides[0] == plan.run {
      operand = 1
    } else {
      return nil
    }
    row = plan.run
    self.rows = rows
    copies = min(rows, (Self.target + plan.run - 1) / plan.run)
  }

  /// Both operands have elements of `size` bytes.
  func stages(
    _ preparation: Preparation, _ run: BinaryRun, _ a: Value, _ b: Value, _ output: Value
  ) -> [Stage] {
    let bytes = row * run.size
    let memory = preparation.scratch(bytes: copies * bytes)
    let source = operand == 0 ? a : b
    let chunks = (rows + copies - 1) / copies
    let this = self
    return [
      .once {
        for copy in 0..<this.copies {
          (memory.base + copy &* bytes).copyMemory(from: source.base, byteCount: bytes)
        }
      },
      .each(of: chunks, operations: rows * row * run.cost) { chunk, _ in
        let first = chunk &* this.copies
        let count = min(this.copies, this.rows &- first) &* this.row
        let offset = first &* bytes
        run.body(
          this.operand == 0 ? UnsafeRawPointer(memory.base) : UnsafeRawPointer(a.base + offset),
          1,
          this.operand == 1 ? UnsafeRawPointer(memory.base) : UnsafeRawPointer(b.base + offset),
          1, output.base + first &* this.row &* run.outputSize, count)
      },
    ]
  }
}
