import KernelTable
import TFLite

extension LSTMLayer {
  /// Runs all steps of a group of batches. Rows of the output are `outputStride` floats apart and
  /// begin at `output`.
  func run(
    group: Int, memory: UnsafeMutableRawPointer, output: UnsafeMutablePointer<Float>,
    outputStride: Int
  ) {
    let places = LSTMMemory(self)
    let batches = Tiling.range(group, of: groups, count: sequence.batches)
    let state = outputState.floats + batches.lowerBound &* outputs
    let gates = (memory + places.gates).assumingMemoryBound(to: Float.self)
    let rounded = (memory + places.rounded).assumingMemoryBound(to: Float.self)
    let hidden =
      projection == nil ? state : (memory + places.hidden).assumingMemoryBound(to: Float.self)
    let scales = RowProduct.scales(memory, rows: batches.count)
    for time in 0..<sequence.steps {
      let step = isBackward ? sequence.steps &- 1 &- time : time
      multiply(state, rows: batches.count, gates, rounded, memory)
      for (row, batch) in batches.enumerated() {
        let position = sequence.row(batch: batch, step: step)
        let values = gates + row &* gateFloats
        sum(values, contributions.floats() + position &* gateFloats, scale: scales[row])
        update(
          values, state: state + row &* outputs, cell: cellState.floats + batch &* units,
          hidden: hidden + row &* units)
      }
      project(hidden, rows: batches.count, state, rounded, gates, memory)
      for (row, batch) in batches.enumerated() {
        let position = sequence.row(batch: batch, step: step)
        (output + position &* outputStride).update(from: state + row &* outputs, count: outputs)
      }
    }
  }

  /// The product of the last outputs with the recurrent weights.
  private func multiply(
    _ state: UnsafeMutablePointer<Float>, rows: Int, _ gates: UnsafeMutablePointer<Float>,
    _ rounded: UnsafeMutablePointer<Float>, _ memory: UnsafeMutableRawPointer
  ) {
    guard let recurrent else { return }
    RowProduct(kernels: kernels, weights: recurrent.weights).run(
      state, rows: rows, gates, rounding: rounding, rounded, memory: memory)
  }

  /// Sums the gates' values before their activation, without diagonal weights and peepholes.
  private func sum(
    _ row: UnsafeMutablePointer<Float>, _ contribution: UnsafePointer<Float>, scale: Float
  ) {
    guard let recurrent else { return row.update(from: contribution, count: gateFloats) }
    recurrent.finish(row, base: contribution, scale: scale, row, gateFloats, kernels)
  }

  private func project(
    _ hidden: UnsafeMutablePointer<Float>, rows: Int, _ state: UnsafeMutablePointer<Float>,
    _ rounded: UnsafeMutablePointer<Float>, _ products: UnsafeMutablePointer<Float>,
    _ memory: UnsafeMutableRawPointer
  ) {
    guard let projection else { return }
    let stride = projection.weights.columns
    RowProduct(kernels: kernels, weights: projection.weights).run(
      hidden, rows: rows, products, rounding: rounding, rounded, memory: memory)
    let scales = RowProduct.scales(memory, rows: rows)
    let clip = options.projectionClip > 0 ? options.projectionClip : .infinity
    for row in 0..<rows {
      let values = products + row &* stride
      projection.finish(values, base: nil, scale: scales[row], values, outputs, kernels)
      let target = state + row &* outputs
      for unit in 0..<outputs { target[unit] = max(-clip, min(clip, values[unit])) }
    }
  }

  /// One step of one batch.
  private func update(
    _ row: UnsafeMutablePointer<Float>, state: UnsafePointer<Float>,
    cell: UnsafeMutablePointer<Float>, hidden: UnsafeMutablePointer<Float>
  ) {
    for gate in 0..<3 { activate(gate, row, state, cell) }
    let forget = row + (gates[1]?.offset ?? 0)
    let candidate = row + (gates[2]?.offset ?? 0)
    combine(.multiply, cell, forget, cell, units)
    if let input = gates[0] {
      combine(.multiply, candidate, row + input.offset, candidate, units)
    } else {
      for unit in 0..<units { forget[unit] = 1 - forget[unit] }
      combine(.multiply, candidate, forget, candidate, units)
    }
    let clip = options.cellClip > 0 ? options.cellClip : .infinity
    kernels.binary(.add, cell, 1, candidate, 1, cell, units, -clip, clip)
    activate(3, row, state, cell)
    // `hidden` may be the state itself, which all gates have read by now.
    kernels.unary(options.activation, cell, candidate, units, 0)
    combine(.multiply, candidate, row + (gates[3]?.offset ?? 0), hidden, units)
  }

  private func activate(
    _ index: Int, _ row: UnsafeMutablePointer<Float>, _ state: UnsafePointer<Float>,
    _ cell: UnsafePointer<Float>
  ) {
    guard let gate = gates[index] else { return }
    let values = row + gate.offset
    if let diagonal = gate.diagonal?.base {
      for unit in 0..<units { values[unit] += diagonal[unit] * state[unit] }
    }
    if let peephole = gate.peephole?.base {
      for unit in 0..<units { values[unit] += peephole[unit] * cell[unit] }
    }
    if let norm = gate.norm?.base { normalize(values, norm, gate.normBias?.base) }
    kernels.unary(gate.activation, values, values, units, 0)
  }

  /// LiteRT adds 1e-8 to the variance.
  private func normalize(
    _ values: UnsafeMutablePointer<Float>, _ norm: UnsafePointer<Float>,
    _ bias: UnsafePointer<Float>?
  ) {
    let mean = kernels.sum(values, units) / Float(units)
    for unit in 0..<units { values[unit] -= mean }
    let variance = kernels.dot(values, values, units) / Float(units)
    let scale = 1 / (variance + 1e-8).squareRoot()
    for unit in 0..<units { values[unit] *= scale * norm[unit] }
    if let bias { combine(.add, values, bias, values, units) }
  }

  private func combine(
    _ operation: BinaryOperation, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
    _ output: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    kernels.binary(operation, a, 1, b, 1, output, count, -.infinity, .infinity)
  }
}
