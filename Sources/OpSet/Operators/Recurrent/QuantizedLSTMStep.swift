import TFLite

extension QuantizedLSTM {
  /// All steps of all batches.
  func run(_ input: Value, _ output: Value, _ memory: UnsafeMutableRawPointer) {
    let together = batchesPerStep
    guard together > 0 else { return }
    for group in 0..<(sequence.batches / together) {
      let first = group &* together
      for step in 0..<sequence.steps {
        let row = sequence.row(batch: first, step: step)
        self.step(
          input.pointer(Int8.self) + row &* depth,
          outputState.pointer(Int8.self) + first &* outputs,
          cellState.pointer(Int16.self) + first &* units, memory, batches: together)
        (output.pointer(Int8.self) + row &* outputs)
          .update(
            from: outputState.pointer(Int8.self) + first &* outputs, count: together &* outputs)
      }
    }
  }

  private func step(
    _ input: UnsafePointer<Int8>, _ state: UnsafeMutablePointer<Int8>,
    _ cells: UnsafeMutablePointer<Int16>, _ memory: UnsafeMutableRawPointer, batches: Int
  ) {
    let count = batches &* units
    let values = memory.assumingMemoryBound(to: Int16.self)
    let (inputGate, forget) = (values, values + count)
    let (candidate, outputGate) = (values + 2 &* count, values + 3 &* count)
    let curves = values + 4 &* count
    for (index, gate) in gates.enumerated().prefix(3) {
      guard let gate else { continue }
      activate(gate, index, input, state, cells, values + index &* count, batches: batches)
    }
    for index in 0..<count {
      let share = gates[0] == nil ? .max &- forget[index] : inputGate[index]
      let kept = rounding.kept(Int32(forget[index]) &* Int32(cells[index]))
      let added = rounding.added(Int32(share) &* Int32(candidate[index]))
      var cell = Int16(clamping: kept &+ added)
      if cellClip > 0 { cell = max(0 - cellClip, min(cellClip, cell)) }
      cells[index] = cell
    }
    if let gate = gates[3] {
      activate(gate, 3, input, state, cells, outputGate, batches: batches)
    }
    for index in 0..<count { curves[index] = rounding.tanh(ofCell: cells[index]) }
    let hidden =
      projection == nil
      ? state
      : UnsafeMutableRawPointer(curves + count)
        .assumingMemoryBound(to: Int8.self)
    for index in 0..<count {
      let product = Int32(outputGate[index]) &* Int32(curves[index])
      hidden[index] = Int8(clamping: hiddenScale(product) &+ hiddenZeroPoint)
    }
    project(hidden, state, batches: batches)
  }

  /// Computes the values of a gate for all batches.
  private func activate(
    _ gate: QuantizedGate, _ index: Int, _ input: UnsafePointer<Int8>,
    _ state: UnsafePointer<Int8>, _ cells: UnsafePointer<Int16>,
    _ values: UnsafeMutablePointer<Int16>, batches: Int
  ) {
    for batch in 0..<batches {
      let (x, h) = (input + batch &* depth, state + batch &* outputs)
      let row = values + batch &* units
      for unit in 0..<units {
        row[unit] = rounding.sum(gate.input(x, unit), gate.recurrent(h, unit))
      }
    }
    if let peephole = gate.peephole {
      let weights = peephole.weights.pointer(Int16.self)
      // The runtime counts outputs here, not units: with a projection it leaves some cells out.
      for position in 0..<(batches &* outputs) {
        let product = Int32(weights[position % outputs]) &* Int32(cells[position])
        values[position] = Int16(
          clamping: peephole.rescale(product) &+ Int32(values[position]))
      }
    }
    for batch in 0..<batches {
      let row = values + batch &* units
      if let norm = gate.norm { norm.apply(row, units) }
      for unit in 0..<units {
        row[unit] = index == 2 ? rounding.tanh(row[unit]) : rounding.logistic(row[unit])
      }
    }
  }

  private func project(
    _ hidden: UnsafePointer<Int8>, _ state: UnsafeMutablePointer<Int8>, batches: Int
  ) {
    guard let projection else { return }
    let zeroPoint = outputZeroPoint
    for batch in 0..<batches {
      for unit in 0..<outputs {
        let level = projection(hidden + batch &* units, unit) &+ zeroPoint
        var value = Int8(clamping: level)
        if projectionClip > 0 { value = max(0 - projectionClip, min(projectionClip, value)) }
        state[batch &* outputs &+ unit] = value
      }
    }
  }
}

extension QuantizedGate.Norm {
  /// Normalizes a row to mean 0 and variance 1 and multiplies it by the coefficients, with 10 more
  /// bits in between.
  func apply(_ row: UnsafeMutablePointer<Int16>, _ count: Int) {
    var (sum, squares): (Int64, Int64) = (0, 0)
    for index in 0..<count {
      let value = Int64(row[index])
      sum &+= value
      squares &+= value &* value
    }
    let mean = Int32(truncatingIfNeeded: sum &* 1024 / Int64(count))
    let variance =
      (squares &* Int64((1 << 20) / count) &- Int64(mean) &* Int64(mean)) / (1 << 20)
    let bounded = Int32(truncatingIfNeeded: variance)
    let (fraction, shift) = (bounded < 1 ? leastVariance : bounded).inverseSquareRoot
    let inverse = Rescaler(fraction: fraction, shift: shift)
    for index in 0..<count {
      let normal = inverse(Int32(row[index]) &* 1024 &- mean)
      let wide =
        normal &* Int32(weights.pointer(Int16.self)[index])
        &+ bias.pointer(Int32.self)[index]
      let rounded = Int32(
        truncatingIfNeeded: (Int64(wide) &+ (wide > 0 ? 512 : -512)) / 1024)
      row[index] = Int16(clamping: rescale(rounded))
    }
  }
}
