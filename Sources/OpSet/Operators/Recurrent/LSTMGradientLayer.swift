import KernelTable
import TFLite

/// The way back through one direction of an LSTM: all steps are computed again from the outputs,
/// which hold the states between them, then gradients go from the last step to the first.
///
/// Rows are ordered by step, then by batch. Products with the weights are made for all steps at once,
/// but for those that lead from a step to the one before.
final class LSTMGradient {
  /// A gate's operands, and its rows of units in all steps.
  struct Gate {
    let weights: [Int]
    let recurrent: Int
    let bias: Int
    let peephole: Int?
    let norm: Int?
    let isDiagonal: Bool
    let activation: UnaryOperation
    /// Before the activation; on the way back their gradients.
    let sums: FloatVector
    let values: FloatVector
    /// With layer norm: sums less their mean, divided by their deviation, and 1 ÷ deviation of rows.
    let normed: FloatVector?
    let deviations: FloatVector?
  }

  let step: GradientStep
  let operands: LSTMOperands
  let options: LSTMOptions
  let sequence: Sequence
  let isBackward: Bool
  let units: Int
  let outputs: Int
  /// Input (nil if coupled), forget, cell, output.
  let gates: [Gate?]
  let product: AddedProduct
  /// The inputs, rows ordered by step.
  let sources: [(index: Int, depth: Int, rows: FloatVector)]
  let output: OutputGradientRows
  /// The outputs of the step before each row.
  let last: FloatVector
  /// The cells before each row's step and after the last, before clipping, and their activation.
  let cells: FloatVector
  let unclipped: FloatVector
  let activated: FloatVector
  /// What the projection takes: the output where there is none.
  let hidden: FloatVector
  let hasProjection: Bool

  var batches: Int { sequence.batches }
  var rows: Int { sequence.rows }
  /// Floats of all batches of a step.
  var stepFloats: Int { batches * units }

  /// `sources` are inputs, each with the first of its four weights.
  init(
    _ step: GradientStep, _ operands: LSTMOperands, _ options: LSTMOptions,
    sources: [(input: Int, weights: Int)], output: OutputGradientRows, isBackward: Bool
  ) throws {
    self.step = step
    self.operands = operands
    self.options = options
    self.isBackward = isBackward
    self.output = output
    product = AddedProduct(kernels: step.kernels)
    let sequence = try Sequence(try step.input(0), isTimeMajor: options.isTimeMajor)
    self.sequence = sequence
    let count = sequence.rows
    let units = try step.input(operands.inputWeights + 3).shape[0]
    self.units = units
    outputs = try step.input(operands.recurrentWeights + 3).size(-1)
    let operandCount = step.inputs.count
    for index in 1..<operandCount { _ = try step.float(index) }
    func present(_ index: Int?) -> Int? {
      index.flatMap { step.optionalInput($0) == nil ? nil : $0 }
    }
    gates = (0..<4).map { gate in
      guard present(operands.inputWeights + gate) != nil else { return nil }
      let norm = present(operands.norm.map { $0 + gate })
      return Gate(
        weights: sources.map { $0.weights + gate }, recurrent: operands.recurrentWeights + gate,
        bias: operands.bias + gate,
        peephole: gate == 2 ? nil : present(operands.peephole + (gate == 3 ? 2 : gate)),
        norm: norm,
        isDiagonal: step.optionalInput(operands.recurrentWeights + gate)?.rank == 1,
        activation: gate == 2 ? options.activation : .logistic,
        sums: FloatVector(count: count * units), values: FloatVector(count: count * units),
        normed: norm.map { _ in FloatVector(count: count * units) },
        deviations: norm.map { _ in FloatVector(count: count) })
    }
    hasProjection = present(operands.projection) != nil
    self.sources = try sources.map { source in
      let value = try step.input(source.input)
      let depth = value.size(-1)
      let rows = FloatVector(count: count * depth)
      sequence.forEachRow(isBackward) { row, position in
        (rows.base + row * depth).update(from: value.floats + position * depth, count: depth)
      }
      return (source.input, depth, rows)
    }
    last = FloatVector(count: count * outputs)
    cells = FloatVector(count: (count + sequence.batches) * units)
    unclipped = FloatVector(count: count * units)
    activated = FloatVector(count: count * units)
    hidden = FloatVector(count: count * units)
    try fillStates()
  }

  private func fillStates() throws {
    func start(_ index: Int, _ target: FloatVector) {
      guard let state = step.states[index] else { return }
      state.withUnsafeBufferPointer { source in
        if let base = source.baseAddress { target.base.update(from: base, count: source.count) }
      }
    }
    start(operands.outputState, last)
    start(operands.cellState, cells)
    sequence.forEachRow(isBackward) { row, position in
      guard row + batches < rows else { return }
      (last.base + (row + batches) * outputs).update(
        from: output.values + position * output.stride, count: outputs)
    }
  }

  func add() {
    sum()
    for time in 0..<sequence.steps { run(time) }
    goBack()
    addProducts()
  }

  // MARK: Forward

  /// Every gate's sums without peepholes and layer norm.
  private func sum() {
    for case let gate? in gates {
      if gate.norm == nil, let bias = step.optionalInput(gate.bias) {
        for row in 0..<rows {
          (gate.sums.base + row * units).update(from: bias.floats, count: units)
        }
      }
      for (source, weights) in zip(sources, gate.weights) {
        guard let filter = step.optionalInput(weights) else { continue }
        product.add(
          MatrixView(source.rows.base, rowStride: source.depth),
          MatrixView(filter.floats, rowStride: source.depth).transposed, rows: rows,
          depth: source.depth, columns: units, to: gate.sums.base, stride: units)
      }
      guard let filter = step.optionalInput(gate.recurrent) else { continue }
      if gate.isDiagonal {
        for row in 0..<rows {
          step.kernels.accumulateProducts(
            last.base + row * units, filter.floats, gate.sums.base + row * units, units)
        }
      } else {
        product.add(
          MatrixView(last.base, rowStride: outputs),
          MatrixView(filter.floats, rowStride: outputs).transposed, rows: rows, depth: outputs,
          columns: units, to: gate.sums.base, stride: units)
      }
    }
  }

  private func run(_ time: Int) {
    let (start, floats) = (time * stepFloats, stepFloats)
    let (cell, next) = (cells.base + start, cells.base + start + floats)
    for gate in gates.prefix(3) { activate(gate, time, cell) }
    guard let forget = gates[1]?.values.base, let candidate = gates[2]?.values.base else { return }
    let input = gates[0]?.values.base
    let clip = options.cellClip > 0 ? options.cellClip : .infinity
    for index in 0..<floats {
      let place = start + index
      let share = input?[place] ?? 1 - forget[place]
      let sum = forget[place] * cell[index] + share * candidate[place]
      unclipped.base[place] = sum
      next[index] = max(-clip, min(clip, sum))
    }
    activate(gates[3], time, next)
    step.kernels.unary(options.activation, next, activated.base + start, floats, 0)
    guard let gate = gates[3]?.values.base else { return }
    for place in start..<start + floats {
      hidden.base[place] = gate[place] * activated.base[place]
    }
  }

  private func activate(_ gate: Gate?, _ time: Int, _ cell: UnsafePointer<Float>) {
    guard let gate else { return }
    let start = time * stepFloats
    for batch in 0..<batches {
      let place = start + batch * units
      let sums = gate.sums.base + place
      if let peephole = gate.peephole.flatMap({ step.optionalInput($0) }) {
        step.kernels.accumulateProducts(peephole.floats, cell + batch * units, sums, units)
      }
      guard let norm = gate.norm.flatMap({ step.optionalInput($0) }), let normed = gate.normed,
        let deviations = gate.deviations
      else { continue }
      let mean = step.kernels.sum(sums, units) / Float(units)
      let values = normed.base + place
      for unit in 0..<units { values[unit] = sums[unit] - mean }
      let scale =
        1 / (step.kernels.dot(values, values, units) / Float(units) + 1e-8).squareRoot()
      deviations.base[time * batches + batch] = scale
      let bias = step.optionalInput(gate.bias)?.floats
      for unit in 0..<units {
        values[unit] *= scale
        sums[unit] = values[unit] * norm.floats[unit] + (bias?[unit] ?? 0)
      }
    }
    step.kernels.unary(
      gate.activation, gate.sums.base + start, gate.values.base + start, stepFloats, 0)
  }
}

extension Sequence {
  /// Calls `body` with each row, ordered by step and batch, and its place in the tensor.
  func forEachRow(_ isBackward: Bool, _ body: (_ row: Int, _ position: Int) -> Void) {
    for time in 0..<steps {
      for batch in 0..<batches {
        body(
          time * batches + batch,
          self.row(batch: batch, step: isBackward ? steps - 1 - time : time))
      }
    }
  }
}
