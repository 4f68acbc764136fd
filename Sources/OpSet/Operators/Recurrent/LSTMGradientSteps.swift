import KernelTable
import TFLite

extension LSTMGradient {
  /// Goes from the last step to the first; the gates' sums become their gradients.
  func goBack() {
    let outputGradient = FloatVector(count: batches * outputs)
    let hiddenGradient = FloatVector(count: stepFloats)
    let cellGradient = FloatVector(count: stepFloats)
    let recurrent = gates.map(packedRecurrent)
    for time in (0..<sequence.steps).reversed() {
      takeOutputs(time, outputGradient.base)
      if hasProjection {
        project(time, outputGradient.base, hiddenGradient.base)
      } else {
        hiddenGradient.base.update(from: outputGradient.base, count: stepFloats)
      }
      update(time, hiddenGradient.base, cellGradient.base)
      outputGradient.base.update(repeating: 0, count: batches * outputs)
      for (gate, packed) in zip(gates, recurrent) {
        if let gate { addRecurrent(gate, packed, time, to: outputGradient.base) }
      }
    }
  }

  private func takeOutputs(_ time: Int, _ target: UnsafeMutablePointer<Float>) {
    for batch in 0..<batches {
      let position = sequence.row(
        batch: batch, step: isBackward ? sequence.steps - 1 - time : time)
      step.kernels.accumulate(
        output.gradients + position * output.stride, 1, target + batch * outputs, outputs)
    }
  }

  /// Nil where few batches make packing slower than the plain product.
  private func packedRecurrent(_ gate: Gate?) -> PackedWeights? {
    guard batches >= AddedProduct.fewRows, let gate, !gate.isDiagonal,
      let filter = step.optionalInput(gate.recurrent)
    else { return nil }
    return product.packed(
      MatrixView(filter.floats, rowStride: outputs), depth: units, columns: outputs)
  }

  /// Adds what a gate's gradient is at the outputs of the step before.
  private func addRecurrent(
    _ gate: Gate, _ packed: PackedWeights?, _ time: Int, to target: UnsafeMutablePointer<Float>
  ) {
    guard let filter = step.optionalInput(gate.recurrent) else { return }
    let sums = gate.sums.base + time * stepFloats
    if gate.isDiagonal {
      for batch in 0..<batches {
        step.kernels.accumulateProducts(
          sums + batch * units, filter.floats, target + batch * units, units)
      }
    } else if let packed {
      product.add(
        MatrixView(sums, rowStride: units), packed, rows: batches, to: target, stride: outputs)
    } else {
      product.add(
        MatrixView(sums, rowStride: units), MatrixView(filter.floats, rowStride: outputs),
        rows: batches, depth: units, columns: outputs, to: target, stride: outputs)
    }
  }

  /// From the outputs through the projection to what it took.
  private func project(
    _ time: Int, _ given: UnsafeMutablePointer<Float>, _ result: UnsafeMutablePointer<Float>
  ) {
    guard let filter = step.optionalInput(operands.projection) else { return }
    let clip = options.projectionClip
    if clip > 0 {
      for batch in 0..<batches {
        let position = sequence.row(
          batch: batch, step: isBackward ? sequence.steps - 1 - time : time)
        let values = output.values + position * output.stride
        for index in 0..<outputs where abs(values[index]) >= clip {
          given[batch * outputs + index] = 0
        }
      }
    }
    if let gradient = step.gradient(operands.projectionBias) {
      step.kernels.observation.sumRows(given, batches, outputs, outputs, gradient)
    }
    let rows = MatrixView(given, rowStride: outputs)
    if let gradient = step.gradient(operands.projection) {
      product.add(
        rows.transposed, MatrixView(hidden.base + time * stepFloats, rowStride: units),
        rows: outputs, depth: batches, columns: units, to: gradient, stride: units)
    }
    result.update(repeating: 0, count: stepFloats)
    product.add(
      rows, MatrixView(filter.floats, rowStride: units), rows: batches, depth: outputs,
      columns: units, to: result, stride: units)
  }

  /// From a step's hidden values and the cells behind it to the gates' sums and the cells before it.
  private func update(
    _ time: Int, _ given: UnsafeMutablePointer<Float>, _ cell: UnsafeMutablePointer<Float>
  ) {
    guard let forget = gates[1], let candidate = gates[2], let gate = gates[3] else { return }
    let start = time * stepFloats
    let (before, after) = (cells.base + start, cells.base + start + stepFloats)
    let gradients = gate.sums.base + start
    for index in 0..<stepFloats {
      let place = start + index
      let activated = activated.base[place]
      gradients[index] = given[index] * activated
      cell[index] +=
        given[index] * gate.values.base[place] * slope(options.activation, activated)
    }
    finish(gate, time, after, cell)
    let clip = options.cellClip
    for index in 0..<stepFloats {
      let place = start + index
      if clip > 0, abs(unclipped.base[place]) >= clip { cell[index] = 0 }
      let gradient = cell[index]
      let candidateValue = candidate.values.base[place]
      let forgetValue = forget.values.base[place]
      if let input = gates[0] {
        forget.sums.base[place] = gradient * before[index]
        input.sums.base[place] = gradient * candidateValue
        candidate.sums.base[place] = gradient * input.values.base[place]
      } else {
        forget.sums.base[place] = gradient * (before[index] - candidateValue)
        candidate.sums.base[place] = gradient * (1 - forgetValue)
      }
      cell[index] = gradient * forgetValue
    }
    for case let gate? in gates.prefix(3) { finish(gate, time, before, cell) }
  }

  /// From a gate's value to its sum, through activation, layer norm and peephole.
  private func finish(
    _ gate: Gate, _ time: Int, _ cell: UnsafePointer<Float>,
    _ cellGradient: UnsafeMutablePointer<Float>
  ) {
    let start = time * stepFloats
    for place in start..<start + stepFloats {
      gate.sums.base[place] *= slope(gate.activation, gate.values.base[place])
    }
    for batch in 0..<batches {
      let sums = gate.sums.base + start + batch * units
      if gate.norm != nil { normalize(gate, time * batches + batch, sums) }
      guard let index = gate.peephole, let peephole = step.optionalInput(index) else { continue }
      step.kernels.accumulateProducts(
        sums, peephole.floats, cellGradient + batch * units, units)
      if let gradient = step.gradient(index) {
        step.kernels.accumulateProducts(sums, cell + batch * units, gradient, units)
      }
    }
  }

  /// Of y = γ n + bias with n = (x − mean) ÷ deviation: (γ g − mean(γ g) − n mean(γ g n)) ÷ deviation.
  private func normalize(_ gate: Gate, _ row: Int, _ sums: UnsafeMutablePointer<Float>) {
    guard let index = gate.norm, let norm = step.optionalInput(index)?.floats,
      let normed = gate.normed.map({ $0.base + row * units }), let deviations = gate.deviations
    else { return }
    if let gradient = step.gradient(index) {
      step.kernels.accumulateProducts(sums, normed, gradient, units)
    }
    if let gradient = step.gradient(gate.bias) {
      step.kernels.accumulate(sums, 1, gradient, units)
    }
    for unit in 0..<units { sums[unit] *= norm[unit] }
    let mean = step.kernels.sum(sums, units) / Float(units)
    let slope = step.kernels.dot(sums, normed, units) / Float(units)
    for unit in 0..<units {
      sums[unit] = (sums[unit] - mean - normed[unit] * slope) * deviations.base[row]
    }
  }

  /// Adds the gradients of the weights and the inputs, of all steps at once.
  func addProducts() {
    for case let gate? in gates {
      let sums = MatrixView(gate.sums.base, rowStride: units)
      if gate.norm == nil, let gradient = step.gradient(gate.bias) {
        step.kernels.observation.sumRows(gate.sums.base, rows, units, units, gradient)
      }
      for (source, weights) in zip(sources, gate.weights) {
        guard let gradient = step.gradient(weights) else { continue }
        product.add(
          sums.transposed, MatrixView(source.rows.base, rowStride: source.depth), rows: units,
          depth: rows, columns: source.depth, to: gradient, stride: source.depth)
      }
      guard let gradient = step.gradient(gate.recurrent) else { continue }
      if gate.isDiagonal {
        for row in 0..<rows {
          step.kernels.accumulateProducts(
            gate.sums.base + row * units, last.base + row * units, gradient, units)
        }
      } else {
        product.add(
          sums.transposed, MatrixView(last.base, rowStride: outputs), rows: units, depth: rows,
          columns: outputs, to: gradient, stride: outputs)
      }
    }
    for (position, source) in sources.enumerated() {
      guard let gradient = step.gradient(source.index) else { continue }
      let (depth, result) = (source.depth, FloatVector(count: rows * source.depth))
      for case let gate? in gates {
        guard let filter = step.optionalInput(gate.weights[position]) else { continue }
        product.add(
          MatrixView(gate.sums.base, rowStride: units),
          MatrixView(filter.floats, rowStride: depth), rows: rows, depth: units, columns: depth,
          to: result.base, stride: depth)
      }
      sequence.forEachRow(isBackward) { row, position in
        step.kernels.accumulate(
          result.base + row * depth, 1, gradient + position * depth, depth)
      }
    }
  }

  /// The slope of an activation whose result is `y`.
  private func slope(_ activation: UnaryOperation, _ y: Float) -> Float {
    CellActivation.slope(activation, y)
  }
}

extension CellActivation {
  /// Returns the slope of a cell's or a gate's activation where its result is `y`.
  static func slope(_ activation: UnaryOperation, _ y: Float) -> Float {
    switch activation {
    case .logistic: y * (1 - y)
    case .tanh: 1 - y * y
    case .relu: y > 0 ? 1 : 0
    case .relu6: y > 0 && y < 6 ? 1 : 0
    case .reluN1To1: y > -1 && y < 1 ? 1 : 0
    default: 1
    }
  }
}
