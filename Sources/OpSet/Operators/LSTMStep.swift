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
    for time in 0..<sequence.steps {
      let step = isBackward ? sequence.steps &- 1 &- time : time
      multiply(state, rows: batches.count, gates, rounded, memory)
      for (row, batch) in batches.enumerated() {
        let position = sequence.row(batch: batch, step: step)
        update(
          gates + row &* gateFloats, contributions.floats() + position &* gateFloats,
          state: state + row &* outputs, cell: cellState.floats + batch &* units,
          hidden: hidden + row &* units)
      }
      project(hidden, rows: batches.count, state, rounded, memory)
      for (row, batch) in batches.enumerated() {
        let position = sequence.row(batch: batch, step: step)
        (output + position &* outputStride).update(from: state + row &* outputs, count: outputs)
      }
    }
  }

  /// What the last outputs give to the gates.
  private func multiply(
    _ state: UnsafeMutablePointer<Float>, rows: Int, _ gates: UnsafeMutablePointer<Float>,
    _ rounded: UnsafeMutablePointer<Float>, _ memory: UnsafeMutableRawPointer
  ) {
    guard let recurrent else {
      return gates.update(repeating: 0, count: rows &* gateFloats)
    }
    if let rounding {
      rounding.round(state, rounded, rows: rows, depth: outputs)
      recurrent.run(rounded, rows: rows, gates, memory: memory)
    } else {
      recurrent.run(state, rows: rows, gates, memory: memory)
    }
  }

  private func project(
    _ hidden: UnsafeMutablePointer<Float>, rows: Int, _ state: UnsafeMutablePointer<Float>,
    _ rounded: UnsafeMutablePointer<Float>, _ memory: UnsafeMutableRawPointer
  ) {
    guard let projection else { return }
    if let rounding {
      rounding.round(hidden, rounded, rows: rows, depth: units)
      projection.run(rounded, rows: rows, state, memory: memory)
    } else {
      projection.run(hidden, rows: rows, state, memory: memory)
    }
  }

  /// One step of one batch.
  private func update(
    _ row: UnsafeMutablePointer<Float>, _ contribution: UnsafePointer<Float>,
    state: UnsafePointer<Float>, cell: UnsafeMutablePointer<Float>,
    hidden: UnsafeMutablePointer<Float>
  ) {
    combine(.add, row, contribution, row, gateFloats)
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
    // `hidden` may be the state, which the gates have read by now.
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
